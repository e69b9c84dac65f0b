"""
A folder of images, a table and a report
========================================

``vislib.explain_many`` explains every image of a folder and writes tables and maps; pandas reads them, and a report
is one call away.
"""

import tempfile

import vislib

classifier = vislib.load_classifier("cifar10")
folder = tempfile.mkdtemp()
vislib.explain_many(classifier, vislib.sample_path("cifar10"), ["grad-cam", "saliency"], out=folder)
batch = vislib.open_batch(folder)
table = batch.table(["path", "predicted_label", "probability", "agreement_grad_cam_saliency"]).to_pandas()
print(table.round(2).to_string(index=False))
print(vislib.report.write_report(folder).name)

# %%
# The maps of the two images on which the methods agree least.

least = table.sort_values("agreement_grad_cam_saliency").index[:2]
pictures, titles = [], []
for method in batch.methods:
    for number, values in zip(least, batch.maps(method, least), strict=True):
        pictures.append(vislib.render.map_image(values, size=(224, 224)))
        titles.append(f"{table.path[number].split('/')[-1]}, {method}")
vislib.figures.pictures(pictures, titles, columns=4)
