"""Stands in for the child: takes more memory than its limits give it; ends well where they do not hold."""

import json

import patient_child  # noqa: F401  pages of memory cost time

from vislib.model_file import child

child.MEMORY_BYTES = 600_000_000
child.limit_process()
taken = [bytearray(100_000_000) for _ in range(7)]
print(json.dumps({"refused": None}))
