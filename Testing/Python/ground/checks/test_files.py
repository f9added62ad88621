import errno
import os
from pathlib import Path

import pytest

from craniomark.ground.checks import InputError, written_whole


def test_a_file_appears_when_the_block_succeeds(tmp_path: Path) -> None:
    with written_whole(tmp_path / "new" / "a.txt") as part:
        part.write_text("x")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_a_failed_block_leaves_the_old_file_and_no_remains(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), written_whole(tmp_path / "a.txt") as part:
        part.write_text("half")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="output folder"), written_whole(tmp_path / "file" / "a.txt"):
        pass


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_an_input_error_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    full = OSError(number, os.strerror(number))
    with pytest.raises(InputError, match="output folder is full"), written_whole(tmp_path / "a.txt"):
        raise full
    assert not list(tmp_path.iterdir())


def test_other_errors_of_the_block_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing to do with room"), written_whole(tmp_path / "a.txt"):
        raise OSError(errno.EIO, "nothing to do with room")


def test_a_file_that_cannot_be_replaced_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    told = "a.txt: output file is not replaceable"
    with pytest.raises(InputError, match=told), written_whole(tmp_path / "a.txt") as part:
        part.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
