"""The command line's `report`: python -m vislib report DIR."""

import argparse
import re

from vislib.errors import ParameterError
from vislib.language import text, tr
from vislib.report.write import write_report

_ROWS = re.compile(r"(\d{1,12})(?:-(\d{1,12}))?")


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `report`."""
    command.add_argument("batch", help=tr("the folder that `batch` wrote"))
    command.add_argument(
        "--rows",
        metavar="NUMBERS",
        help=tr("report only on the images with these numbers, such as 3,17,20-40; the table has them (default: all)"),
    )
    command.add_argument(
        "--out", help=tr("the HTML file to write (default: report.html in that folder, with --rows selection.html)")
    )


def run_report(options: argparse.Namespace) -> None:
    """Writes the report and answers with its path.

    Raises:
        VislibError: If there is no batch, it has no such images, or the file cannot be written.
    """
    rows = None if options.rows is None else _numbers(options.rows)
    path = write_report(options.batch, options.out, rows=rows)
    options.answer.say(f"→ {path}")
    options.answer.wrote(path)


def _numbers(given: str) -> list[int]:
    """The numbers that "3,17,20-40" names."""
    found: list[int] = []
    for part in given.split(","):
        match = _ROWS.fullmatch(part.strip())
        if match is None:
            raise ParameterError(
                text("--rows takes numbers and ranges with commas, such as 3,17,20-40; not '{given}'.", given=given)
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > 10**7:
            raise ParameterError(
                text("--rows takes ranges from a smaller number to a larger one; not '{range}'.", range=part.strip())
            )
        found += range(first, last + 1)
    return found
