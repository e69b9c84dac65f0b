"""The command line's `report`: python -m vislib report DIR."""

import argparse


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of `report`."""
    command.add_argument("batch", help="the folder that `batch` wrote")
    command.add_argument("--out", help="the HTML file to write (default: report.html in that folder)")


def run_report(options: argparse.Namespace) -> None:
    """Writes the report."""
