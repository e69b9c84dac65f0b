"""Data sets, networks to train, and the training."""

from vislib.training.checkpoints import check_model_path, save_model
from vislib.training.curves import moving_mean
from vislib.training.dataset import Dataset
from vislib.training.datasets import DATASETS, load_dataset, why_missing
from vislib.training.evaluation import Evaluation, Mistake, evaluate
from vislib.training.image_folder import load_image_folder
from vislib.training.loop import TrainingRun, train
from vislib.training.networks import BATCH_NORMS, NETWORKS, NetworkOptions, build
from vislib.training.options import TrainingOptions
from vislib.training.records import EpochRecord, TrainingProgress, TrainingResult

__all__ = [
    "BATCH_NORMS",
    "DATASETS",
    "NETWORKS",
    "Dataset",
    "EpochRecord",
    "Evaluation",
    "Mistake",
    "NetworkOptions",
    "TrainingOptions",
    "TrainingProgress",
    "TrainingResult",
    "TrainingRun",
    "build",
    "check_model_path",
    "evaluate",
    "load_dataset",
    "load_image_folder",
    "moving_mean",
    "save_model",
    "train",
    "why_missing",
]
