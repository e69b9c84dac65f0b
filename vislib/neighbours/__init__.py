"""Has the network seen such an image? The images of a set that are most similar to one, by the penultimate layer.

index = vislib.neighbours.index_of(classifier, "cifar10")  # or a folder, a zip, arrays, an opened batch
found = vislib.neighbours.search(classifier, index, image, n=8)
for neighbour in found.nearest:
    print(neighbour.title, neighbour.label, neighbour.distance)
"""

from vislib.neighbours.index import ImageIndex, index_of
from vislib.neighbours.search import KINDS, Neighbour, Neighbours, same_class_share, search

__all__ = ["KINDS", "ImageIndex", "Neighbour", "Neighbours", "index_of", "same_class_share", "search"]
