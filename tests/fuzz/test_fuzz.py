"""Damaged files are read or refused with a sentence, never anything else.

A short part of what `python -m benchmarks.fuzz` does, which also loads models and watches for crashes.
"""

import warnings

import pytest
import seeds
from cases import Kind, kind_of

from vislib import VislibError

N_CASES = {"image": 600, "model": 500, "labels": 600, "zip": 300}
SEEDS = {"image": seeds.images, "model": seeds.models_by_hand, "labels": lambda: seeds.LABELS, "zip": seeds.zips}


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return {name: kind_of(name, SEEDS[name]()) for name in N_CASES}


@pytest.mark.parametrize("name", N_CASES)
def test_sound_files_accepted(name, kinds):
    for content in kinds[name].seeds:
        kinds[name].take(content)


@pytest.mark.parametrize("name", N_CASES)
def test_damaged_files_read_or_refused(name, kinds):
    n_read, sentences = 0, []
    for number in range(N_CASES[name]):
        content = kinds[name].file(number)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow's, on damaged metadata
                kinds[name].take(content)
            n_read += 1
        except VislibError as error:
            sentences.append(str(error))
        except Exception as error:
            raise AssertionError(f"{name} file number {number}") from error
    assert min(n_read, len(sentences)) > N_CASES[name] // 50, "damage of one kind only"
    assert [one for one in sentences if not one.endswith(".") or len(one) > 500] == []
