"""The doctor: what is installed, what is missing, where things lie."""

from collections.abc import Iterator

from craniomark.flows.doctor.check import Check
from craniomark.flows.doctor.machine import machine_checks
from craniomark.flows.doctor.software import software_checks

__all__ = ["Check", "examined"]


def examined() -> Iterator[Check]:
    """Everything that the doctor looks at, one after the other."""
    yield from software_checks()
    yield from machine_checks()
