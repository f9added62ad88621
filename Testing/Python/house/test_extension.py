"""What the Slicer extension says of itself: in CMakeLists.txt, and in its entry for the extensions index."""

import json
import re

import pytest

TOLD = {"HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS"}
ENTRY = "CMake/CranioMark.json"
SCHEMA = "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.1.json#"
REQUIRED = {"$schema", "category", "scm_url"}
KINDS = {
    "$schema": str, "category": str, "scm_url": str, "scm_revision": str, "scm_type": str,
    "build_dependencies": list, "build_subdirectory": str, "enabled": bool, "tier": int,
}  # fmt: skip
# The index refuses other categories; these are the ones that a skull fits into.
CATEGORIES = {"Analysis", "Quantification", "Shape Analysis", "SlicerMorph"}


@pytest.fixture(scope="module")
def entry(repository):
    return json.loads((repository / ENTRY).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stated(repository):
    """What CMakeLists.txt states, read as text, as the checks of the index read it."""
    text = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    return dict(re.findall(r'set\(EXTENSION_(\w+) "([^"]+)"\)', text))


def test_it_configures_without_complaint(extension):
    assert "Warning" not in extension.output


def test_it_tells_the_extensions_manager_everything(extension):
    assert set(extension.told) == TOLD and all(extension.told.values())
    assert extension.told["DEPENDS"] == "PyTorch"


def test_every_module_is_built_and_has_its_own_test_run(extension, repository):
    there = {path.parent.name for path in repository.glob("*/CMakeLists.txt")}
    assert there >= {"AutoOrient", "AutoLandmark", "DeepSSMModule"}
    assert set(re.findall(r"module (\w+)", extension.output)) == there
    assert set(re.findall(r"unit test (\w+)\.py", extension.output)) == there


def test_it_is_described_in_one_or_two_sentences(stated):
    assert 1 <= len(re.findall(r"\.(?: |$)", stated["DESCRIPTION"])) <= 2


def test_pictures_are_raw_addresses_of_files_in_the_tree(stated, repository):
    root = stated["HOMEPAGE"].replace("//github.com/", "//raw.githubusercontent.com/") + "/main/"
    addresses = [stated["ICONURL"], *stated["SCREENSHOTURLS"].split()]
    assert len(addresses) > 1
    for address in addresses:
        assert address.startswith(root)
        assert (repository / address.removeprefix(root)).is_file()


def test_the_entry_has_the_fields_of_the_schema(entry):
    assert set(entry) >= REQUIRED and set(entry) <= set(KINDS)
    assert all(type(value) is KINDS[key] for key, value in entry.items())
    assert entry["$schema"] == SCHEMA and entry["tier"] in (1, 3, 5)
    assert all(type(one) is str for one in entry["build_dependencies"])


def test_the_entry_agrees_with_the_extension(entry, stated, repository):
    project = re.search(r"project\((\w+)\)", (repository / "CMakeLists.txt").read_text()).group(1)
    assert ENTRY.endswith(f"/{project}.json")
    assert entry["category"] == stated["CATEGORY"] and entry["category"] in CATEGORIES
    assert entry["build_dependencies"] == stated["DEPENDS"].split()
    assert entry["scm_url"] == stated["HOMEPAGE"] + ".git"


def test_the_names_are_as_the_index_wants_them(entry):
    repository_name = entry["scm_url"].rsplit("/", 1)[-1].removesuffix(".git")
    assert repository_name == "SlicerCranioMark" and entry["scm_url"].startswith("https://")


def test_there_is_one_address(stated, repository):
    from craniomark.desktop.about import ADDRESS

    assert stated["HOMEPAGE"] == ADDRESS
    assert f"repository-code: {ADDRESS}\n" in (repository / "CITATION.cff").read_text()
