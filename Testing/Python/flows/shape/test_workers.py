from functools import partial
from pathlib import Path

import pytest

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.workers import work_on


def note(item: int, folder: Path) -> None:
    """Write a file of the item's name; the seventh can't be done."""
    if item == 7:
        raise ValueError("seven")
    write_csv(folder / f"{item}.csv", ("item",), [[item]])


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_items_are_done_and_counted(tmp_path, jobs):
    counts: list[int] = []
    work_on(range(3), partial(note, folder=tmp_path), jobs, counts.append)
    assert counts == [1, 2, 3] and len(list(tmp_path.iterdir())) == 3


def test_an_error_comes_through(tmp_path):
    with pytest.raises(ValueError, match="seven"):
        work_on([6, 7], partial(note, folder=tmp_path), 1, lambda _: None)


def test_a_stop_file_ends_it_between_items(tmp_path):
    stop = tmp_path / "stop"
    with pytest.raises(Stopped):
        work_on([1, 2], partial(note, folder=tmp_path), 1, lambda _: stop.touch(), stop)
    assert (tmp_path / "1.csv").exists() and not (tmp_path / "2.csv").exists()
