"""
Has it seen such an image?
==========================

The images of a set that are nearest to one by the network's last hidden layer. If the nearest are of another class,
do not trust the answer.
"""

import vislib

classifier = vislib.load_classifier("cifar10")
folder = vislib.sample_path("cifar10")
image = vislib.load_image(vislib.sample_path("cat.jpg"))
index = vislib.neighbours.index_of(classifier, folder)
found = vislib.neighbours.search(classifier, index, image, n=4)
print(f"answer: {found.answer}")
pictures = [vislib.load_image(folder / neighbour.title) for neighbour in found.nearest]
titles = [f"{neighbour.title}: {neighbour.distance:.2f}" for neighbour in found.nearest]
vislib.figures.pictures([classifier.resize(image), *pictures], ["the image", *titles], columns=5)
