"""Stands in for the child: the same, with all the time that a busy machine may take."""

from stopping import HANG_SECONDS

from vislib.model_file import child

child.LOOK_CPU_SECONDS = child.CPU_SECONDS = HANG_SECONDS
if __name__ == "__main__":
    child.main()
