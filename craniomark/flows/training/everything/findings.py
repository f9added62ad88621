"""What the check of the data found, told by the file that is to be put right."""

from pathlib import Path

from craniomark.flows.datasets.findings import Finding
from craniomark.flows.training.data import file_name
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen, find_specimens

_OF_SCANS = ("is the same file", "its voxel", "left/right unverified", "times as large")
"""Words of findings about the scan; the others are about its landmarks."""


class FindingFiles:
    """The files that findings are about.

    Parameters
    ----------
    data : str
        Folder or list of the specimens.
    """

    def __init__(self, data: str) -> None:
        self._data = data
        self._specimens = {one.id: one for one in find_specimens([Path(data)])}

    def sentence(self, finding: Finding) -> str:
        """The finding, beginning with its file."""
        specimen = self._specimens.get(finding.specimen)
        if specimen is None or _reader_named(specimen, finding.what):
            return finding.what
        return f"{file_name(specimen, _file(specimen, finding.what), self._data)}: {finding.what}"

    def refusal(self, finding: Finding, problems: int) -> InputError:
        """The error for the first of so many problems."""
        more = f" (the first of {problems} problems)" if problems > 1 else ""
        specimen = self._specimens.get(finding.specimen)
        if specimen and (path := _reader_named(specimen, finding.what)):
            field, _, rest = finding.what.removeprefix(f"{path}: ").partition(" is ")
            value, _, remedy = rest.rpartition(": ")
            return InputError(path, field, value + more, remedy)
        path = _file(specimen, finding.what) if specimen else Path(self._data)
        remedy = f"put it right; craniomark data check {self._data} lists all that was found"
        return InputError(path, "finding", f"'{finding.what}'{more}", remedy)


def _reader_named(specimen: Specimen, what: str) -> Path | None:
    """The file of a finding that is an error of reading it."""
    paths = (specimen.path, specimen.landmarks)
    return next((path for path in paths if path and what.startswith(f"{path}: ")), None)


def _file(specimen: Specimen, what: str) -> Path:
    about_scan = specimen.landmarks is None or any(words in what for words in _OF_SCANS)
    return specimen.path if about_scan else specimen.landmarks or specimen.path
