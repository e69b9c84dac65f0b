"""
Published networks side by side
===============================

Each point is a published network, built here layer by layer and counted. Newer networks need fewer multiply-adds for
the same error, not more.
"""

from matplotlib.figure import Figure

import vislib

drawn = Figure(figsize=(6, 4), layout="constrained")
axes = drawn.add_subplot()
for name, network in vislib.architectures.ARCHITECTURES.items():
    if network.top1 is None:
        continue  # LeNet was not trained on ImageNet
    table = vislib.architectures.table(name)
    axes.scatter(table.macs / 1e9, network.top1, s=table.parameters / 3e5)
    axes.annotate(f"{network.title} ({network.year})", (table.macs / 1e9, network.top1), fontsize=8)
axes.set(xlabel="multiply-adds for one image, 10⁹", ylabel="published top-1 error, %")
axes.set_xscale("log")
drawn
