"""The report of a run: tables and pages that open offline, rebuilt from the files of its specimens."""

from craniomark.flows.report.build import build_report

__all__ = ["build_report"]
