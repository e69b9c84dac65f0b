"""The command line's `report`: python -m vislib report DIR."""

import argparse

from vislib.report.write import write_report


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `report`."""
    command.add_argument("batch", help="the folder that `batch` wrote")
    command.add_argument("--out", help="the HTML file to write (default: report.html in that folder)")


def run_report(options: argparse.Namespace) -> None:
    """Writes the report and answers with its path.

    Raises:
        VislibError: If there is no batch, or the file cannot be written.
    """
    path = write_report(options.batch, options.out)
    options.answer.say(f"→ {path}")
    options.answer.wrote(path)
