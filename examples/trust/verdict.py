"""
A verdict with its reasons
==========================

``vislib.trust.measure`` measures maps and two baselines that explain nothing: random numbers and an edge detector.
The verdict says whether a map does better, and why.
"""

import vislib
from vislib import trust

classifier = vislib.load_classifier("digits")
image = vislib.load_image(vislib.sample_path("digits/3.png"))
methods = [vislib.methods()[name]() for name in ("grad-cam", "integrated-gradients", "eigen-cam")]
measured = trust.measure(methods, classifier, image)
for one in measured[:3]:
    text, reasons = trust.verdict(one, measured)
    print(f"{one.title}: {text}")
    for reason in reasons:
        print(f"  {'+' if reason.supports else '-'} {reason.text}")
vislib.figures.comparison([one.heatmap for one in measured], image)
