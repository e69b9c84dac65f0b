"""Stands in for the child: never answers."""

import time

time.sleep(60)
