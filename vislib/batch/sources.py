"""The sources of a batch's images, under their name here: they are of the room of images, as other rooms use them."""

from vislib.images.sources import SetImages, Source

__all__ = ["SetImages", "Source"]
