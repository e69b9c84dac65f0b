"""Explains any number of images and writes a table and the maps into a folder. An interrupted run can be resumed."""

from vislib.batch.estimate import Estimate, estimate
from vislib.batch.parts import seed_of
from vislib.batch.reading import Batch, open_batch
from vislib.batch.run import BatchResult, explain_many
from vislib.batch.settings import BatchSettings, Cluster
from vislib.images.finding import source_of

__all__ = [
    "Batch",
    "BatchResult",
    "BatchSettings",
    "Cluster",
    "Estimate",
    "estimate",
    "explain_many",
    "open_batch",
    "seed_of",
    "source_of",
]
