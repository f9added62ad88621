"""Downloads come from the folder of results, and from nowhere else."""

import pytest

from craniomark.web.downloads import link
from craniomark.web.inside import inside


@pytest.fixture
def results(served):
    folder = served.folder / "craniomark"
    (folder / "a").mkdir()
    (folder / "a" / "a.csv").write_text("label,x\n1,2\n")
    (folder / ".a.lock").write_text("secret")
    (served.folder / "skull.nii.gz").write_text("secret")
    return folder


def test_a_result_is_saved_and_not_shown(served, results):
    answer = served.ask("/" + link(results / "a" / "a.csv", results))
    assert (answer.status, answer.body) == (200, b"label,x\n1,2\n")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a.csv"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"


def test_names_with_odd_signs_come_through(served, results):
    file = results / "Schädel #1 %41.csv"
    file.write_text("x")
    assert served.ask("/" + link(file, results)).body == b"x"


def test_compressed_results_come_as_they_are(served, results):
    (results / "b.nii.gz").write_bytes(b"\x1f\x8b123")
    (results / "b.csv").write_bytes(b"plain")
    (results / "b.csv.gz").write_bytes(b"\x1f\x8bother")
    answer = served.ask("/download/b.nii.gz")
    assert (answer.body, answer.headers.get("content-encoding")) == (b"\x1f\x8b123", None)
    assert served.ask("/download/b.csv").body == b"plain"


@pytest.mark.parametrize("path", [
    "../skull.nii.gz", "a/../../skull.nii.gz", "..%2fskull.nii.gz", "%2e%2e/skull.nii.gz",
    "%2e%2e%2fskull.nii.gz",
    "..%5cskull.nii.gz", "a/..%2f..%2fskull.nii.gz", "//etc/passwd", "%2fetc%2fpasswd", "a", "a/", ".", "..",
    ".a.lock", "a%00.csv", "nothing", "....//skull.nii.gz", "%252e%252e%252fskull.nii.gz",
])  # fmt: skip
@pytest.mark.usefixtures("results")
def test_nothing_outside_or_hidden_is_given(served, path):
    answer = served.ask("/download/" + path)
    assert answer.status in (400, 404)
    assert b"secret" not in answer.body and b"root:" not in answer.body


def test_a_link_that_leads_outside_is_not_followed(served, results):
    (results / "out.csv").symlink_to(served.folder / "skull.nii.gz")
    (results / "folder").symlink_to(served.folder)
    (results / "round").symlink_to(results / "round")
    (results / "own.csv").symlink_to(results / "a" / "a.csv")
    assert served.ask("/download/out.csv").status == 404
    assert served.ask("/download/folder/skull.nii.gz").status == 404
    assert served.ask("/download/round").status == 404
    assert served.ask("/download/own.csv").status == 200


def test_what_is_no_file_is_not_given(results):
    assert inside(results, "a") is None
    assert inside(results, "") is None
    assert inside(results / "gone", "a.csv") is None


def test_a_file_elsewhere_gets_no_link(results):
    with pytest.raises(ValueError, match="subpath"):
        link(results.parent / "skull.nii.gz", results)
