"""
Integrated gradients depend on the baseline
===========================================

Integrated gradients add up to the score of the image minus the score of a baseline. A black baseline cannot give
anything to black pixels; so compare two baselines before you read a map.
"""

import vislib

classifier = vislib.load_classifier("efficientnet-lite0")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
maps = [
    vislib.explain("integrated-gradients", classifier, image, baseline=baseline, n_steps=32)
    for baseline in ("black", "blur")
]
for heatmap in maps:
    print(heatmap.params["baseline"], heatmap.values.sum(), heatmap.notes[0])
pictures = [vislib.render.overlay(image, heatmap, clip=0.01) for heatmap in maps]
vislib.figures.pictures(pictures, [f"baseline {heatmap.params['baseline']}" for heatmap in maps])
