"""Stands in for the child: its look at the file never ends, as HDF5's own at some damaged files does not."""

from vislib.model_file import child


def circle(path):
    while True:
        pass


child.LOOK_CPU_SECONDS = 1
child.look = circle
child.main()
