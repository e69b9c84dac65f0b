"""The page Channels: the largest contributions, their check, links to cards, and the lines that give the numbers."""

import csv
import io

import numpy as np
import pytest
from page_text import check_sound, text
from snippet_runs import run_snippet

import vislib
from vislib.attribution.channels import masking_check

CIFAR = {"model": "cifar10"}


@pytest.fixture
def drawn(monkeypatch) -> dict:
    """Fills with the groups of tiles, and with what a click on one does."""
    from pages._ui.channels import deciding

    found: dict = {}
    monkeypatch.setattr(deciding, "tiles", lambda groups, **options: found.update(groups=groups, **options))
    return found


def expected(**options) -> vislib.Channels:
    image = vislib.load_image("sample_images/cifar10/cat.png")
    return vislib.channels(vislib.load_classifier("cifar10"), image, **options)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({}, {}),
        (
            {"deciding_by": "relevance", "deciding_composite": "epsilon-plus", "class": "dog"},
            {"by": "relevance", "composite": "epsilon-plus", "target": "dog"},
        ),
        ({"deciding_layer": "conv2_activation"}, {"layer": "conv2_activation"}),
    ],
)
def test_the_largest_contributions_come_first_and_add_up(query, options, open_page, drawn):
    shown = text(check_sound(open_page("channels", **(CIFAR | query))))
    found = expected(**options)
    raise_it, lower_it = drawn["groups"]
    name = options.get("target", "cat")
    assert (raise_it.title, lower_it.title) == (f"Raise the logit of “{name}”", f"Lower the logit of “{name}”")
    assert [tile.id for tile in raise_it.tiles] == [f"{found.layer}|{one}" for one in found.order[:8]]
    assert [tile.id for tile in lower_it.tiles] == [f"{found.layer}|{one}" for one in found.order[::-1][:8]]
    assert f"The {len(found.values)} channels add up to {found.values.sum():.3g}".replace("-", "−") in shown
    image = vislib.load_image("sample_images/cifar10/cat.png")
    check = masking_check(vislib.load_classifier("cifar10"), image, found)
    assert f"it is {check.without:.3g}; with as many at random {check.at_random:.3g}".replace("-", "−") in shown


def test_a_click_opens_the_channels_card(open_page, drawn):
    from pages._ui.results import icons

    opened: list = []
    page = check_sound(open_page("channels", **CIFAR))
    drawn["on_click"]("conv3_activation|17")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(icons, "open_card", lambda *where: opened.append(where))
        page.session_state["card to open"] = ("conv3_activation", 17)
        page.run()
    assert opened == [("conv3_activation", 17)]


def test_lines_and_table_give_the_numbers(open_page, drawn, offered, load_once, monkeypatch):
    check_sound(open_page("channels", **CIFAR, deciding_by="relevance", deciding_most="3"))
    (one,) = offered.values()
    monkeypatch.setattr(vislib, "load_classifier", load_once)
    names = run_snippet(one.snippet)
    found = names["found"]
    rows = list(csv.DictReader(io.StringIO(one.files["csv"]().decode("utf-8-sig"))))
    values = np.array([float(row["contribution"]) for row in rows])
    np.testing.assert_allclose(values, found.values[[int(row["channel"]) for row in rows]], rtol=1e-4)
    assert (np.diff(values) <= 0).all()
    assert names["maps"].shape == (6, 32, 32)
