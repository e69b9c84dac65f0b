"""The exit statuses of the command line, and what each means."""

from vislib.language import text, tr

DONE = 0
UNEXPECTED = 1
REFUSED = 2
SOME_UNREADABLE = 3
STOPPED = 130

ABOUT = {
    DONE: text("done"),
    UNEXPECTED: text("an error that vislib did not expect; please report it"),
    REFUSED: text("an error: an option, a file or a model is not accepted; the sentence says why"),
    SOME_UNREADABLE: text(
        "of batch: done, but some images could not be read or explained; the table gives the reasons"
    ),
    STOPPED: text("stopped with Ctrl-C"),
}


def epilog() -> str:
    """The statuses as lines for `vislib --help`."""
    lines = [f"  {status:<4} {tr(about)}" for status, about in ABOUT.items()]
    return "\n".join([tr("exit status:"), *lines])
