"""What a network says about the other images of the choice at the top, with which its answer is compared."""

import numpy as np

from pages._ui.shell import images
from pages._ui.shell.chosen import Context, cosine, logits_of
from pages._ui.shell.context import image_names, sample_names


def similarities(here: Context) -> list[tuple[str, float]]:
    """The similarity of an embedding's image to each other image of the choice at the top, most similar first."""
    found = []
    for name in image_names(here):
        other = images.image_named(name, here.classifier.channels)
        if name != here.image_name:
            found.append((name, cosine(here.logits, logits_of(here.classifier, other))))
    return sorted(found, key=lambda one: -one[1])


def sample_values(here: Context) -> np.ndarray:
    """`Classifier.values` of the sample images of the network, (images, classes)."""
    found = []
    for name in sample_names(here.model_name):
        image = images.image_named(name, here.classifier.channels)
        found.append(here.classifier.values(logits_of(here.classifier, image)))
    return np.array(found).reshape(len(found), len(here.classifier.labels))
