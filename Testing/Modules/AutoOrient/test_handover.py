"""A volume of the scene is written for the child by a thread, which can be called off."""

import threading

import double


def test_a_file_that_nobody_wants_any_more_is_not_left(volume, tmp_path, monkeypatch):
    from craniomark.desktop import handover

    go, write = threading.Event(), handover.write_raw_nrrd

    def late(*arguments):
        go.wait(30)
        write(*arguments)

    monkeypatch.setattr(handover, "write_raw_nrrd", late)
    wanted, unwanted = (handover.Handover(volume, tmp_path / f"{name}.nrrd") for name in ("a", "b"))
    unwanted.give_up()
    go.set()
    assert double.settle(lambda: wanted.done and unwanted.done, 60)
    assert [path.name for path in tmp_path.iterdir()] == ["a.nrrd"]
    wanted.check(volume)
