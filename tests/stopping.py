"""How a computation is stopped in a test, and when a test that hangs is given up."""

HANG_SECONDS = 600
"""Ends a test that would hang for ever; no test is decided by it."""


class Stopped(BaseException):
    """What a page raises to stop a computation: no Exception, so that nothing catches it by accident."""
