"""Where results of a review in the browser are kept."""

from pathlib import Path

from craniomark.flows.review.places import is_writable, user_place
from craniomark.flows.review.worklist import has_results

RESULTS = "craniomark"
EXPORTS, TRAININGS = "exports", "trainings"


def results_of(root: Path, given: Path | None = None) -> tuple[Path, str]:
    """Folder of results for a folder of scans, and a sentence for the user where it is an odd one.

    Parameters
    ----------
    root : Path
        Folder of scans, or one that `craniomark process` wrote.
    given : Path, optional
        What the user has asked for.
    """
    if given is not None:
        return given.expanduser().absolute(), ""
    if has_results(root):
        return root, ""
    place = root / RESULTS
    if place.is_dir() or is_writable(root):
        return place, ""
    from craniomark.flows.datasets.folders import user_data_folder

    place = user_data_folder() / "results" / user_place(root).name
    return place, f"{root} can't be written: results are kept in {place}."
