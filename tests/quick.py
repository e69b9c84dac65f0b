"""How hypothesis runs here: the same few configurations each time, without its files and without a clock."""

from hypothesis import HealthCheck, settings

quick = settings(
    derandomize=True, max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
