"""Any number of images explained: a table and their maps in a folder, interrupted and taken up again at will."""

from vislib.batch.finding import source_of
from vislib.batch.parts import seed_of
from vislib.batch.reading import Batch, open_batch
from vislib.batch.run import BatchResult, explain_many
from vislib.batch.settings import BatchSettings, Cluster

__all__ = ["Batch", "BatchResult", "BatchSettings", "Cluster", "explain_many", "open_batch", "seed_of", "source_of"]
