"""Stands in for the child: never answers."""

import threading

threading.Event().wait()
