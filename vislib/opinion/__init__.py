"""A second opinion: the same map or picture by tf-keras-vis, an independent implementation, beside ours."""

from vislib.opinion.maximized import Plain
from vislib.opinion.opinion import MAPS, METHODS, second_opinion, second_opinion_on
from vislib.opinion.result import SecondOpinion

__all__ = ["MAPS", "METHODS", "Plain", "SecondOpinion", "second_opinion", "second_opinion_on"]
