"""CMakeLists.txt describes a Slicer extension: configured, built and installed against a stand-in Slicer."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODULES = "lib/Slicer-5.12/qt-scripted-modules"
# What Slicer's package sets that an extension of Python files relies on.
STAND_IN = f"""
set(Slicer_FOUND TRUE)
set(Slicer_USE_FILE "${{CMAKE_CURRENT_LIST_DIR}}/UseSlicer.cmake")
set(Slicer_EXTENSION_GENERATE_CONFIG "${{CMAKE_CURRENT_LIST_DIR}}/GenerateConfig.cmake")
set(Slicer_EXTENSION_CPACK "${{CMAKE_CURRENT_LIST_DIR}}/CPack.cmake")
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR "{MODULES}")
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR "{MODULES}")
function(slicerMacroBuildScriptedModule)
endfunction()
function(slicer_add_python_unittest)
endfunction()
"""
TOLD = ["HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS"]
DESCRIPTION = "\n".join(f'message(STATUS "told {key}=${{EXTENSION_{key}}}")' for key in TOLD)
CPACK = """
foreach(file IN ITEMS "${EXTENSION_LICENSE_FILE}" "${EXTENSION_README_FILE}")
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "no such file: ${file}")
  endif()
endforeach()
"""


def cmake(*arguments: object) -> str:
    done = subprocess.run(["cmake", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def configured(repository, tmp_path_factory) -> tuple[Path, str]:
    if shutil.which("cmake") is None or shutil.which("c++") is None:
        pytest.skip("cmake and a C++ compiler are needed to configure the extension")
    slicer, build = tmp_path_factory.mktemp("slicer"), tmp_path_factory.mktemp("build")
    (slicer / "SlicerConfig.cmake").write_text(STAND_IN)
    (slicer / "UseSlicer.cmake").write_text("")
    (slicer / "GenerateConfig.cmake").write_text(DESCRIPTION)
    (slicer / "CPack.cmake").write_text(CPACK)
    return build, cmake("-S", repository, "-B", build, f"-DSlicer_DIR={slicer}")


def told(output: str) -> dict[str, str]:
    return dict(re.findall(r"told (\w+)=(.*)", output))


def test_it_tells_the_extensions_manager_everything(configured):
    facts = told(configured[1])
    assert set(facts) == set(TOLD)
    assert all(facts.values())
    assert facts["DEPENDS"] == "PyTorch"


def test_it_configures_without_complaint(configured):
    assert "Warning" not in configured[1]


def test_pictures_are_raw_addresses_of_files_in_the_tree(configured, repository):
    icon = told(configured[1])["ICONURL"]
    assert icon.startswith("https://raw.")
    assert (repository / icon.split("/main/")[1]).is_file()


def holds_the_library(folder: Path) -> bool:
    files = ["__init__.py", "ground/resources.py", "_resources/Icons/CranioMark.png"]
    return all((folder / "craniomark" / f).is_file() for f in files)


def test_installed_library_and_resources_lie_beside_the_modules(configured, tmp_path):
    cmake("--install", configured[0], "--prefix", tmp_path)
    assert holds_the_library(tmp_path / MODULES)
    assert not list(tmp_path.rglob("Screenshots"))
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_slicer_on_the_build_tree_finds_the_library(configured):
    cmake("--build", configured[0])
    assert holds_the_library(configured[0] / MODULES)
