"""Landmarked data sets: checked, and made templates of."""

from craniomark.flows.jobs.requests import CheckData, Template
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

_SHARES = {"read": (0.0, 0.05), "average": (0.05, 0.5), "calibrate": (0.5, 1.0)}


def check(ask: CheckData, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Look for faults in a landmarked data set."""
    from craniomark.flows.datasets.check import check_data

    def told(name: str, done: int, count: int) -> None:
        reports.progress(name, done / max(count, 1))

    found = check_data(ask.data, told)
    findings = [
        {"severity": one.severity, "specimen": one.specimen, "what": one.what} for one in found.findings
    ]
    value = {
        "specimens": found.specimens, "labels": list(found.labels), "problems": found.problems,
        "findings": findings,
    }  # fmt: skip
    worth = len(findings) - found.problems
    message = (
        f"{found.specimens} specimens, {len(found.labels)} landmarks, "
        f"{found.problems} problem{'s' * (found.problems != 1)}, "
        f"{worth} worth a look."
    )
    return Result(message, ask.data, {}, value)


def template(ask: Template, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Make a bundle without networks."""
    from craniomark.flows.template import TemplateSettings, build_template

    settings = TemplateSettings(
        name=ask.name or ask.out.name, version=ask.version, species=ask.species, licence=ask.licence,
        citation=ask.citation, spacing=ask.spacing, modes=ask.modes, appearance_modes=ask.appearance_modes,
        rounds=ask.rounds, seed=ask.seed, command="craniomark template DIR -o OUT",
    )  # fmt: skip
    folder = build_template(list(ask.inputs), ask.out, settings, Steps(reports, _SHARES))
    return Result(f"Made the bundle {settings.name}.", folder, {"bundle": folder})
