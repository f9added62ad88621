import numpy as np
import pytest

from craniomark.flows.shape.images import View
from craniomark.flows.shape.loaders import (
    make_test,
    make_train_validation,
    read_part,
    read_record,
    read_table,
)
from craniomark.ground.checks import InputError


def test_what_was_made_from_a_held_out_image_is_held_out(loaders, augmented):
    sources = {row.name: row.source for row in read_table(augmented / "TotalData.csv")}
    held = read_part(loaders, "validation").names
    assert {sources[name] for name in held} == {"e05", "e06"}
    assert not {sources[name] for name in read_part(loaders, "train").names} & {"e05", "e06"}


def test_statistics_are_those_of_the_training_part_alone(loaders, augmented):
    rows = {row.name: row.scores for row in read_table(augmented / "TotalData.csv")}
    train = read_part(loaders, "train")
    assert np.allclose(np.load(loaders / "mean_PCA.npy"), np.mean([rows[n] for n in train.names], axis=0))
    assert np.allclose(train.scores.mean(0), 0, atol=1e-6) and np.allclose(train.scores.std(0), 1, atol=1e-5)
    assert abs(float(np.mean(train.images, dtype=np.float64))) < 0.01
    assert not np.allclose(read_part(loaders, "validation").scores.mean(0), 0, atol=0.05)


def test_test_images_are_whitened_as_the_training_was(loaders):
    test, held = read_part(loaders, "test"), read_part(loaders, "validation")
    row = held.names.index("e05")
    assert np.array_equal(test.images[test.names.index("e05")], held.images[row])


def test_no_file_is_a_pickle(loaders):
    files = [path for path in loaders.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".npy", ".json", ".txt"}
    assert all(
        not np.load(path, allow_pickle=False).dtype.hasobject for path in files if path.suffix == ".npy"
    )
    assert "'e00'" in (loaders / "train_names.txt").read_text()


def test_box_and_down_factor_change_the_grid(augmented, tmp_path):
    view = View(0.9, (-13.4, -13.4, -14.2, 13.4, 13.4, 14.2))
    make_train_validation(tmp_path, augmented / "TotalData.csv", 2, view, tmp_path / "down")
    assert read_record(tmp_path)["shape"] == [60, 60, 63]
    assert len(list((tmp_path / "down").glob("*.nrrd"))) == 10


def test_images_that_are_too_small_are_refused(augmented, tmp_path):
    with pytest.raises(InputError, match="at least 60 voxels along each axis"):
        make_train_validation(tmp_path, augmented / "TotalData.csv", 2, View(0.5))


def test_a_score_without_variance_is_refused(augmented, tmp_path):
    rows = (augmented / "TotalData.csv").read_text().splitlines()
    table = tmp_path / "TotalData.csv"
    table.write_text("\n".join(",".join([*row.split(",")[:4], "0.5"]) for row in rows) + "\n")
    with pytest.raises(InputError, match="variance of scores is zero for mode 2"):
        make_train_validation(tmp_path / "out", table)


@pytest.mark.parametrize(
    ("names", "words"),
    [({"train": ["e99"]}, "train is e99"), ({"train": ["e01"], "validation": ["e01"]}, "take it out of one")],
)
def test_unknown_and_doubled_names_are_refused(augmented, tmp_path, names, words):
    with pytest.raises(InputError, match=words):
        make_train_validation(tmp_path, augmented / "TotalData.csv", **names)


def test_a_folder_of_pickled_loaders_is_refused(tmp_path):
    (tmp_path / "train").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="pickled loaders are not read"):
        read_part(tmp_path, "train")


def test_more_scores_than_there_are_are_refused(loaders):
    with pytest.raises(InputError, match="num_latent_dim is 9: give 1 to 3"):
        read_part(loaders, "train", 9)


def test_a_faulty_table_is_refused(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a.nrrd,a.particles,1\nb.nrrd,b.particles,x\nc.nrrd,c.particles,2\n")
    with pytest.raises(InputError, match=r"t\.csv: line 2 is b\.nrrd"):
        read_table(table)


def test_test_images_of_another_grid_are_refused(loaders, tmp_path):
    from ellipsoids import axes_of, image_of

    from craniomark.ground.volumes import Volume, write_volume

    image = image_of(axes_of(0))
    write_volume(Volume(image.array[:50], image.matrix), tmp_path / "other.nrrd")
    with pytest.raises(InputError, match=r"other\.nrrd: number of voxels is 50 x 60 x 60, while others have"):
        make_test(loaders, [tmp_path / "other.nrrd"])
