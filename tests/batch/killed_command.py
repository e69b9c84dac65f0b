"""The command `batch`, killed as it brings its n-th file to the disk: python killed_command.py N ARGUMENTS..."""

import itertools
import os
import signal
import sys

from vislib.cli import main

calls, fsync = itertools.count(1), os.fsync


def fsync_or_die(handle: int) -> None:
    if next(calls) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(handle)


os.fsync = fsync_or_die
sys.exit(main.main(["batch", *sys.argv[2:]]))
