import pytest

from craniomark.ground.specimens import known_extension, owner_id, specimen_id


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("152_9.nii.gz", "152_9"),
        ("152_9.NII.GZ", "152_9"),
        ("a.b.nrrd", "a.b"),
        ("C57BL6 J.ply", "C57BL6 J"),
        ("Schädel ö.mha", "Schädel ö"),
        ("X.mrk.json", "X"),
        ("no_extension", "no_extension"),
        ("notes.txt", "notes.txt"),
    ],
)
def test_an_id_is_the_name_less_its_known_extension(name: str, identifier: str) -> None:
    assert specimen_id(name) == identifier
    assert name == identifier + known_extension(name)


@pytest.mark.parametrize(
    "name",
    ["X-LM.nii.gz", "X_LM.csv", "X-lm.tps", "X-LM.odd", "X.mrk.json", "X.fcsv", "seg_X.nrrd", "seg_X.nii.gz"],
)
def test_companions_belong_to_their_specimen(name: str) -> None:
    assert owner_id(name) == "X"


@pytest.mark.parametrize("name", ["X.nii.gz", "X-LMN.nrrd", "LM.nrrd", "segX.nrrd", "X.csv", "X.json"])
def test_other_files_are_no_companions(name: str) -> None:
    assert owner_id(name) is None
