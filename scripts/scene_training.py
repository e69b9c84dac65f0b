"""How the networks for scenes of digits are trained. The scenes are composed of MNIST's digits."""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.training import Dataset, TrainingOptions
from vislib.training.scenes import Scenes, make_scenes

if TYPE_CHECKING:
    import keras

N_TEST_SCENES, TEST_SEED = 2000, 64


@dataclass(frozen=True)
class SceneRecipe:
    """How one of these networks is trained.

    Args:
        title: Its name in texts.
        truth: The field of `Scenes` that it learns, "masks" or "sizes".
        loss: Name of a Keras loss.
        n_scenes: Number of scenes of training digits, those for validation included; their seed is that of `options`.
        options: Epochs, learning rate, seed and so on.
    """

    title: str
    truth: str
    loss: str
    n_scenes: int
    options: TrainingOptions


SCENE_RECIPES = {
    "scene-segmentation": SceneRecipe(
        "U-Net for scenes of digits",
        "masks",
        "sparse_categorical_crossentropy",
        12_000,
        TrainingOptions(
            epochs=4, batch_size=32, learning_rate=3e-3, schedule="cosine", validation_share=0.04, seed=2015
        ),
    ),
    "digit-size": SceneRecipe(
        "CNN for the size of the tallest digit",
        "sizes",
        "mean_squared_error",
        20_000,
        TrainingOptions(
            epochs=16, batch_size=64, learning_rate=3e-3, schedule="cosine", validation_share=0.05, seed=2016
        ),
    ),
}


@dataclass(frozen=True, eq=False)
class SceneTraining:
    """A trained network.

    Args:
        model: The network with the weights of the best epoch, not compiled.
        losses: Training loss and validation loss after each epoch.
        best_epoch: The epoch with the lowest validation loss, from 1.
        seconds: Duration of the training.
    """

    model: "keras.Model"
    losses: tuple[tuple[float, float], ...]
    best_epoch: int
    seconds: float


def scenes_to_test(dataset: Dataset) -> Scenes:
    """The scenes of the test, composed of MNIST's test digits alone."""
    return make_scenes(dataset.test_images, dataset.test_labels, N_TEST_SCENES, TEST_SEED)


def train_on_scenes(name: str, dataset: Dataset, recipe: SceneRecipe | None = None) -> SceneTraining:
    """Trains a network on scenes of the training digits and keeps the epoch with the lowest validation loss.

    Args:
        name: One of `SCENE_RECIPES`.
        dataset: MNIST, or digits of the same form.
        recipe: None for the one of `SCENE_RECIPES`.

    Raises:
        FloatingPointError: If an epoch ends with a loss that is not a finite number.
    """
    from vislib.training.scene_networks import SCENE_NETWORKS

    recipe = recipe or SCENE_RECIPES[name]
    scenes = make_scenes(dataset.train_images, dataset.train_labels, recipe.n_scenes, recipe.options.seed)
    build: Callable[[int], keras.Model] = SCENE_NETWORKS[name]
    model, best = build(recipe.options.seed), build(recipe.options.seed)
    losses: list[tuple[float, float]] = []
    started = time.perf_counter()

    def end_epoch(loss: float, validation_loss: float) -> None:
        losses.append((loss, validation_loss))
        if not math.isfinite(validation_loss):
            raise FloatingPointError(f"The loss of {name} is {validation_loss} after epoch {len(losses)}.")
        if validation_loss == min(after for _, after in losses):
            best.set_weights(model.get_weights())
        seconds = time.perf_counter() - started
        print(
            f"epoch {len(losses)}: loss {loss:.4f}, validation {validation_loss:.4f}, {seconds:.0f} s", file=sys.stderr
        )

    _fit(model, scenes.images, getattr(scenes, recipe.truth), recipe, end_epoch)
    best_epoch = int(np.argmin([after for _, after in losses])) + 1
    return SceneTraining(best, tuple(losses), best_epoch, time.perf_counter() - started)


def _fit(
    model: "keras.Model",
    images: np.ndarray,
    truth: np.ndarray,
    recipe: SceneRecipe,
    end_epoch: Callable[[float, float], None],
) -> None:
    from vislib.backend import keras
    from vislib.training.batches import Batches
    from vislib.training.fitting import optimizer, split

    options = recipe.options
    chosen, held_out = split(len(images), options)
    training = Batches(images[chosen], truth[chosen], options.batch_size, options)
    # XLA's convolutions take two to five times as long on a CPU as oneDNN's.
    model.compile(optimizer(options, len(training)), recipe.loss, jit_compile=False)
    model.fit(
        training,
        epochs=options.epochs,
        validation_data=Batches(images[held_out], truth[held_out], 250),
        shuffle=False,  # Batches shuffles, with the options' seed
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: end_epoch(logs["loss"], logs["val_loss"]))
        ],
    )
