"""python -m vislib"""

import sys

from vislib.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
