"""The concepts of a network: groups of channels in one image, concepts of a class, and concepts that a person shows.

groups = vislib.concepts.groups(classifier, image)
concepts = vislib.concepts.craft(classifier, "a_folder", "tiger cat")
(score,) = vislib.concepts.tcav(classifier, "stripes", "random", "a_folder", "tiger cat")
"""

from vislib.batch.image_sets import images_of
from vislib.concepts.concept_score import ConceptScore
from vislib.concepts.concepts import Concepts
from vislib.concepts.craft import Settings, craft
from vislib.concepts.groups import Groups, groups
from vislib.concepts.pictures import crops_picture, group_picture, regions_picture
from vislib.concepts.stored import load_concepts, save_concepts
from vislib.concepts.tcav import tcav

__all__ = [
    "ConceptScore",
    "Concepts",
    "Groups",
    "Settings",
    "craft",
    "crops_picture",
    "group_picture",
    "groups",
    "images_of",
    "load_concepts",
    "regions_picture",
    "save_concepts",
    "tcav",
]
