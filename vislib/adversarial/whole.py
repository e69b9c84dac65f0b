"""An adversarial picture as an image that the network crops and resizes to exactly those pixels."""

import numpy as np

from vislib.images.fitting import Box, resize_box
from vislib.model.classifier import Classifier


def picture_for_network(
    classifier: Classifier, image: np.ndarray, seen: np.ndarray, enlarge: bool = True
) -> tuple[np.ndarray, bool]:
    """The picture to give to a network so that it sees certain pixels; and whether it sees exactly those.

    A network that sees a centred part of each image would cut the adversarial picture again. So what lies around that
    part in the image is put around the picture, at the same scale. For the usual 7/8 of ImageNet's networks and a side
    of 224 pixels this is exact; where the side divided by the share is no whole number, the network resizes the picture
    a little, and the pixels differ.

    Args:
        classifier: The network.
        image: (H, W, 3): the image from which the pixels come.
        seen: (h, w, 3) uint8, at the size of the network's input, such as `Adversarial.image`.
        enlarge: Whether the surroundings are put around the picture; False returns it alone.

    Returns:
        (H', W', 3) uint8, and whether `classifier.resize` gives back exactly `seen`.

    Example:
        >>> found = vislib.adversarial.fgsm(classifier, image, epsilon=2)
        >>> picture, is_exact = vislib.adversarial.picture_for_network(classifier, image, found.image)
        >>> picture.shape
        (28, 28, 3)
    """
    fraction = classifier.preprocess.crop_fraction
    picture = seen
    if enlarge and fraction is not None and fraction < 1:
        picture = _with_surroundings(classifier, image, seen, fraction)
    return picture, bool(np.array_equal(classifier.resize(picture), seen))


def _with_surroundings(classifier: Classifier, image: np.ndarray, seen: np.ndarray, fraction: float) -> np.ndarray:
    height, width = seen.shape[:2]
    above, beside = (_margin(side, fraction) for side in (height, width))
    box = classifier.box(image)
    by_row, by_column = box.height / height, box.width / width
    larger = Box(
        box.top - above * by_row,
        box.left - beside * by_column,
        box.height + 2 * above * by_row,
        box.width + 2 * beside * by_column,
    )
    whole = resize_box(image, larger, (height + 2 * above, width + 2 * beside)).copy()
    whole[above : above + height, beside : beside + width] = seen
    return whole


def _margin(side: int, fraction: float) -> int:
    """Pixels on each side of the part that the network sees."""
    return round((side / fraction - side) / 2)
