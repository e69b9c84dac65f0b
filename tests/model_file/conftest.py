"""The attacks are measured against a server's limits: a network of 240 MB, 60 million parameters."""

import pytest

from vislib.model_file.limits import VARIABLE


@pytest.fixture(autouse=True)
def limits_of_a_server(monkeypatch) -> None:
    """Sets them; a test of other limits sets its own."""
    monkeypatch.setenv(VARIABLE, "240")
