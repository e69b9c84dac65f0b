"""The exit statuses of the command line, and what each means."""

DONE = 0
UNEXPECTED = 1
REFUSED = 2
SOME_UNREADABLE = 3
STOPPED = 130

ABOUT = {
    DONE: "done",
    UNEXPECTED: "an error that vislib did not expect; please report it",
    REFUSED: "an error: an option, a file or a model is not accepted; the sentence says why",
    SOME_UNREADABLE: "of batch: done, but some images could not be read or explained; the table gives the reasons",
    STOPPED: "stopped with Ctrl-C",
}


def epilog() -> str:
    """The statuses as lines for `vislib --help`."""
    return "exit status:\n" + "\n".join(f"  {status:<4} {about}" for status, about in ABOUT.items())
