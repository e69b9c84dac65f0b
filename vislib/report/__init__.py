"""A report on a batch as one HTML file: mistakes, disagreements between methods, and reasons that look wrong."""

from vislib.report.clusters import Reason
from vislib.report.reasons import found_reasons
from vislib.report.write import report_html, write_report

__all__ = ["Reason", "found_reasons", "report_html", "write_report"]
