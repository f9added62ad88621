"""The report of a run and the page of an evaluation: they open offline."""

from craniomark.flows.report.build import build_report
from craniomark.flows.report.evaluation_page import write_evaluation_page

__all__ = ["build_report", "write_evaluation_page"]
