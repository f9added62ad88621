import os

from craniomark.flows.pipeline.source import Source, checksum, look_at, same


def seen(path):
    state = look_at(path)
    return Source(state.path, state.size, state.modified, checksum(path))


def test_untouched_file_is_the_same(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert same(seen(tmp_path / "a"), tmp_path / "a")


def test_copied_file_is_the_same_by_its_checksum(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    old = seen(tmp_path / "a")
    os.utime(tmp_path / "a", (1, 1))
    assert same(old, tmp_path / "a")


def test_changed_content_of_equal_size_is_noticed(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    old = seen(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"12346")
    os.utime(tmp_path / "a", (1, 1))
    assert not same(old, tmp_path / "a")


def test_folder_of_slices_counts_as_one(tmp_path):
    for name in ("1.tif", "2.tif"):
        (tmp_path / name).write_bytes(name.encode())
    old = seen(tmp_path)
    assert same(old, tmp_path)
    (tmp_path / "2.tif").write_bytes(b"other")
    os.utime(tmp_path / "2.tif", (1, 1))
    assert not same(old, tmp_path)


def test_detached_data_belong_to_their_header(tmp_path):
    (tmp_path / "a.mhd").write_text("header")
    (tmp_path / "a.raw").write_bytes(b"1")
    old = seen(tmp_path / "a.mhd")
    (tmp_path / "a.raw").write_bytes(b"22")
    assert not same(old, tmp_path / "a.mhd")


def test_vanished_file_has_no_size_and_no_checksum(tmp_path):
    assert (look_at(tmp_path / "x").size, checksum(tmp_path / "x")) == (0, "")
