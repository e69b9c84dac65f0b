"""What can be said about a network from its graph alone."""

from vislib.arithmetic.receptive_field import ReceptiveField, receptive_fields

__all__ = ["ReceptiveField", "receptive_fields"]
