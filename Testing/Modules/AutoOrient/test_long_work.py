"""Folders and resampling when things go wrong: a sentence in the panel, nothing lost, nothing frozen."""

import os
import signal
import threading

import pytest
from looking import WAIT, finished, message, use

import double
from fairness import fairly


@pytest.fixture
def folders(panel, tmp_path, make_volume, slicer):
    """A folder of three scans, and one for their poses."""
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    for name in ("a", "b", "c"):
        slicer.util.saveNode(make_volume(name), str(scans / f"{name}.nrrd"))
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(out)
    return scans, out


def test_a_read_only_folder(panel, folders, monkeypatch):
    from craniomark.desktop import orient_folder

    monkeypatch.setattr(orient_folder, "can_write", lambda _folder: False)
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "read-only" in message(panel)[1]
    assert panel.ui.folderButton.enabled


def test_a_folder_without_scans(panel, folders, tmp_path):
    panel.ui.folderLine.currentPath = str(tmp_path / "gone")
    panel.ui.folderButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "gone" in message(panel)[1]


def test_a_disk_that_is_full_is_told_and_poses_stay(panel, folders, monkeypatch):
    from craniomark.desktop import orient_folder

    def full(out, *_):
        raise OSError(28, "No space left on device", str(out / "poses.csv"))

    monkeypatch.setattr(orient_folder, "write_poses", full)
    panel.ui.folderButton.click()
    assert finished(panel)
    kind, text = message(panel)
    assert kind == "fault" and "3 of 3" in text and "No space left" in text and "make room" in text
    assert len(list(folders[1].glob("*.tfm"))) == 3


def test_a_folder_that_was_stopped_goes_on(panel, folders, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.folderButton.click()
    assert double.settle(lambda: len(panel.widget.desk.folder.outcomes) == 1, WAIT)
    assert (folders[1] / "poses.csv").read_text().count(",good,") == 1
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert "1 of 3 volumes" in message(panel)[1]
    before = (folders[1] / "a.tfm").stat().st_mtime_ns
    panel.ui.folderButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 340, WAIT)
    assert panel.ui.statusLabel.text.startswith("b (2 of 3)")
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert (folders[1] / "a.tfm").stat().st_mtime_ns == before


def test_a_child_killed_in_a_folder_takes_one_scan_along(panel, folders, tmp_path):
    from craniomark.desktop import shared

    use(panel, tmp_path, "slow")
    panel.ui.folderButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 50, WAIT)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert double.settle(lambda: len(panel.widget.desk.folder.outcomes) == 2, WAIT)
    panel.ui.cancelButton.click()
    assert finished(panel)
    outcomes = {one.name: one.verdict for one in panel.widget.desk.folder.outcomes}
    assert outcomes == {"a": "crashed", "b": "good", "c": "cancelled"}
    assert message(panel)[0] == "fault" and "Look at a" in message(panel)[1]


def test_a_scene_closed_while_a_folder_is_oriented_changes_nothing(panel, folders, scene):
    panel.ui.folderButton.click()
    scene.Clear(0)
    assert finished(panel)
    assert message(panel) == ("note", "3 of 3 volumes have a good pose.")
    assert double.settle(lambda: panel.ui.resultTable.mrmlTableNode() is not None, WAIT)
    assert panel.ui.resultTable.mrmlTableNode().GetNumberOfRows() == 3


def test_the_windows_go_on_with_thousands_of_scans(panel, many, tmp_path):
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(many[0].parent), str(tmp_path / "out")
    presenter = panel.widget.desk.folder

    def some_are_oriented():
        with double.gaps() as gaps:
            panel.ui.folderButton.click()
            assert double.settle(lambda: len(presenter.outcomes) >= 2, WAIT)
            panel.ui.cancelButton.click()
            assert finished(panel)
        return gaps

    fairly(some_are_oriented)
    assert len(presenter.outcomes) == len(many) and "of 3000 volumes" in message(panel)[1]


def test_an_output_folder_that_is_a_file(panel, tmp_path, make_volume, slicer):
    scans = tmp_path / "scans"
    scans.mkdir()
    slicer.util.saveNode(make_volume("a"), str(scans / "a.nrrd"))
    (tmp_path / "file").write_text("")
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(tmp_path / "file")
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "choose one that you may write to" in message(panel)[1]


@pytest.fixture
def held(monkeypatch):
    """Let resampling wait after its first slab until it is let go."""
    from craniomark.desktop import resampling

    go, begun = threading.Event(), threading.Event()

    def resample(*arguments, real=resampling.resample, **named):
        made = real(*arguments, **named)
        begun.set()
        go.wait(30)
        return made

    monkeypatch.setattr(resampling, "resample", resample)
    go.begun = begun
    yield go
    go.set()


def at_resampling(panel, held):
    panel.ui.resampleButton.click()
    return double.settle(held.begun.is_set, WAIT)


def test_resampling_is_told_and_can_be_stopped(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    assert panel.ui.statusLabel.text == "Resampling scan" and panel.ui.cancelButton.visible
    assert not panel.ui.orientButton.enabled and not panel.ui.resampleButton.enabled
    panel.ui.cancelButton.click()
    assert message(panel) == ("note", "Stopped; nothing was made.") and panel.ui.orientButton.enabled
    held.set()
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None


def test_resampling_goes_on_slab_by_slab(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    held.set()
    assert finished(panel)
    assert scene.GetFirstNodeByName("scan upright") is not None


def test_a_volume_deleted_while_it_is_resampled_is_made_still(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    scene.RemoveNode(chosen)
    held.set()
    assert finished(panel)
    assert message(panel)[0] == "note" and scene.GetFirstNodeByName("scan upright") is not None


def test_a_scene_closed_while_it_is_resampled_gets_nothing(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    scene.Clear(0)
    held.set()
    assert finished(panel)
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None


def test_a_module_reloaded_while_it_resamples_makes_nothing(panel, chosen, held, scene):
    import slicer

    assert at_resampling(panel, held)
    slicer.util.reloadScriptedModule("AutoOrient")
    held.set()
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None and panel.ui.orientButton.enabled


def test_too_little_memory_is_told(panel, chosen, monkeypatch, scene):
    from craniomark.desktop import resampling

    def no_memory(*_arguments, **_named):
        raise MemoryError

    monkeypatch.setattr(resampling, "resample", no_memory)
    panel.ui.resampleButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "too little memory" in message(panel)[1]
