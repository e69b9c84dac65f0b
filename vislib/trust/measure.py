"""All measures of a map, for several methods at once."""

from collections.abc import Mapping, Sequence

import numpy as np

from vislib.attribution.base import Explainer, methods
from vislib.attribution.named import given_methods
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, Steps, progress_bar
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import Target
from vislib.targets.scores import as_probability
from vislib.trust import confidence, curves, robustness
from vislib.trust.complexity import complexity, sparseness
from vislib.trust.further import with_random_logit, with_road
from vislib.trust.localisation import localisation
from vislib.trust.measured import Measured
from vislib.trust.pointing import Grid, grid_pointing
from vislib.trust.randomization import RandomizedStage, cascading_randomization
from vislib.trust.trust import Trust

BASELINES = ("random", "edges")


@one_blas_thread()
def measure(
    explainers: Sequence[str | Explainer],
    classifier: Classifier,
    image: np.ndarray,
    class_index: int | str | Target | None = None,
    *,
    baselines: bool = True,
    noise_samples: int = 4,
    randomize: bool = True,
    grid: Grid | None = None,
    deletion_fill: str = "grey",
    insertion_fill: str = "blur",
    road: bool = False,
    random_logit: bool = False,
    mask: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress = progress_bar,
) -> Measured:
    """Measures how far the maps of these methods for one image can be trusted, and the two baselines for comparison.

    Args:
        explainers: The methods, by name or as explainers with their parameters; each name occurs once.
        classifier: The classifier whose decision is explained.
        image: (H, W, 3) in 0..255.
        class_index: The class, as a number or a label, or any target; None means the most probable class.
        baselines: Whether random numbers and image edges are measured, too.
        noise_samples: Draws of noise for max-sensitivity; 0 leaves it out.
        randomize: Whether to do the sanity check, which computes six maps of each method.
        grid: The images for the pointing game; None leaves it out.
        deletion_fill: What covers pixels in deletion: one of `vislib.attribution.fills.FILLS`.
        insertion_fill: From what insertion starts.
        road: Whether to measure ROAD, too, which takes seconds for each map of 224 × 224 pixels.
        random_logit: Whether to compare with the map for another class, too; left out where there is none.
        mask: (h, w) bool at the network's input size, such as `box_mask` makes: how much of each map lies inside.
        seed: Seed of everything random.
        progress: Called as progress(done, total) between pieces of work. If it raises, the work stops.

    Returns:
        The measures of each method, in the given order, then the baselines; a notebook shows them as a table.

    Raises:
        ParameterError: If there is no such method, or a parameter does not suit the network.
        ModelError: If a method does not exist for the network.

    Example:
        >>> measured = vislib.trust.measure(["grad-cam", "saliency"], classifier, image, randomize=False)
        >>> [one.name for one in measured]
        ['grad-cam', 'saliency', 'random', 'edges']
    """
    if isinstance(explainers, Classifier):
        raise ParameterError(
            text('The methods come first, then the classifier and the image: measure(["saliency"], classifier, image).')
        )
    fills = deletion_fill, insertion_fill
    for fill in fills:
        curves.check_fill(fill)
    requested = None if class_index is None else classifier.target(class_index)
    every = {explainer.name: explainer.resolved(classifier, requested) for explainer in given_methods(explainers)}
    if baselines:
        for name in BASELINES:
            every.setdefault(name, methods()[name]().resolved(classifier, requested))
    optional = (noise_samples > 0, grid is not None, randomize, road, random_logit)
    work = Steps(progress, len(every) * (2 + sum(optional)))
    heatmaps = {}
    for name, explainer in every.items():
        heatmaps[name] = explainer.explain(classifier, image, requested, work.watch, keep_image=False)
        work.finished()
    target = next(iter(heatmaps.values())).target
    resized = classifier.resize(image)
    stages: Mapping[str, list[RandomizedStage]] = {}
    if randomize:
        stages = cascading_randomization(every, classifier, resized, target, seed=seed, progress=work.watch)
        work.finished(len(every))
    squares = robustness.cover_squares(classifier, resized, target, seed=seed)
    found = []
    for name, explainer in every.items():
        metrics = _metrics(classifier, resized, heatmaps[name].values, target, squares, fills)
        work.finished()
        sensitivity = pointing = None
        if noise_samples:
            sensitivity = robustness.max_sensitivity(
                explainer, classifier, resized, target, noise_samples, seed=seed, progress=work.watch
            )
            work.finished()
        if grid is not None:
            pointing = float(np.mean(grid_pointing(explainer, classifier, grid, work.watch)))
            work.finished()
        one = Trust(
            name=name,
            title=explainer.title,
            family=explainer.family,
            class_discriminative=explainer.class_discriminative,
            heatmap=heatmaps[name],
            max_sensitivity=sensitivity,
            randomized=_mean_correlation(stages[name]) if randomize else None,
            pointing=pointing,
            pointing_by_chance=1 / len(grid.class_indices) if grid else 0.0,
            stages=tuple(stages.get(name, ())),
            localisation=None if mask is None else localisation(heatmaps[name].values, mask),
            **metrics,
        )
        if road:
            one = with_road(one, classifier, image, seed, work.watch)
            work.finished()
        if random_logit:
            one = with_random_logit(one, explainer, classifier, image, seed, work.watch)
            work.finished()
        found.append(one)
    return Measured(found)


def _mean_correlation(stages: Sequence[RandomizedStage]) -> float | None:
    """The mean over the random stages whose map is not constant; None if all are."""
    found = [stage.rank_correlation for stage in stages[1:] if not np.isnan(stage.rank_correlation)]
    return float(np.mean(found)) if found else None


def _metrics(
    classifier: Classifier,
    resized: np.ndarray,
    values: np.ndarray,
    target: Target,
    squares: robustness.CoveredSquares,
    fills: Sequence[str],
) -> dict:
    probability = as_probability(target)
    confidences = confidence.confidences(classifier, resized, values, target)
    out, in_ = (
        curve(classifier, resized, values, probability, min(curves.N_STEPS, values.size), fill)
        for curve, fill in zip((curves.deletion, curves.insertion), fills, strict=True)
    )
    return {
        "deletion": out.area,
        "insertion": in_.area,
        "confidence_drop": confidences.drop,
        "confidence_increases": confidences.increases,
        "infidelity": squares.infidelity(values),
        "sparseness": sparseness(values),
        "complexity": complexity(values),
        "deletion_curve": out,
        "insertion_curve": in_,
    }
