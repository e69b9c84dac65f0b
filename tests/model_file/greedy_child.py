"""Stands in for the child: takes more memory than its limits give it; ends well where they do not hold."""

import json

from vislib.model_file.child import limit_process

limit_process()
taken = [bytearray(100_000_000) for _ in range(32)]
print(json.dumps({"refused": None}))
