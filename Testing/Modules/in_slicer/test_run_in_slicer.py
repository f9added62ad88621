"""The run in a real Slicer, as far as it can be tried without one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import in_slicer
import run_in_slicer

HERE = Path(__file__).resolve().parent
MODULES = HERE.parent
RUN = """
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace as Names

qt, slicer = ModuleType("qt"), ModuleType("slicer")
qt.QFileDialog = object
slicer.app = Names(applicationVersion="5.12.3", revision="34000", userSettings=lambda: Names(allKeys=list))
slicer.util = Names(exit=sys.exit)
sys.modules |= {"qt": qt, "slicer": slicer}
import run_in_slicer
run_in_slicer.main(Path(sys.argv[1]), sys.argv[2:])
"""


def run(*words: object, code: str = "") -> subprocess.CompletedProcess:
    path = os.pathsep.join((str(MODULES), str(MODULES.parents[1])))
    told = [sys.executable, *(["-c", code] if code else []), *map(str, words)]
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run(told, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture
def tree(tmp_path):
    """A source tree with a module, and a folder for its tests."""
    (tmp_path / "Mine").mkdir()
    (tmp_path / "Mine" / "Mine.py").touch()
    tests = tmp_path / "Testing" / "Modules"
    for name in ("Mine", "helpers"):
        (tests / name).mkdir(parents=True)
    (tests / "helpers" / "test_not_run.py").write_text("def test_no(): assert False\n")
    return tests


def test_it_finds_the_tests_of_modules_alone():
    found = {folder.name for folder in run_in_slicer.folders(MODULES)}
    assert found >= {"AutoOrient", "AutoLandmark", "DeepSSMModule"}
    assert not found & {"double", "double_tests", "mutants", "names", "example", "in_slicer"}


@pytest.mark.parametrize(
    ("test", "code"),
    [
        ("assert True", 0),
        ("assert False", 1),
        ("raise OSError", 1),
        ("assert double.__name__ == 'in_slicer'", 0),
    ],
)
def test_the_exit_code_tells_how_it_went(tree, test, code):
    text = f"import double\n\ndef test_it():\n    {test}\n"
    (tree / "Mine" / "test_it.py").write_text(text)
    done = run(tree, code=RUN)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.startswith("Slicer 5.12.3, revision 34000")
    assert done.stdout.rstrip().endswith(f"exit code {code}")


def test_words_reach_pytest_and_no_test_is_no_success(tree):
    (tree / "Mine" / "test_it.py").write_text("def test_it(): assert True\n")
    done = run(tree, "-k", "another", code=RUN)
    assert done.returncode == 2 and "No tests were found" in done.stdout


def test_a_file_that_can_not_be_read_is_a_failure(tree):
    (tree / "Mine" / "test_it.py").write_text("def test_it(:\n")
    assert run(tree, code=RUN).returncode == 1


def test_without_pytest_it_says_how_to_get_it(tree):
    done = run(tree, code="import sys; sys.modules['pytest'] = None\n" + RUN)
    assert done.returncode == 2 and "-m pip install" in done.stdout


def test_a_python_without_slicer_is_refused():
    done = run(MODULES / "run_in_slicer.py")
    assert done.returncode != 0 and "this is no Slicer" in done.stderr


def test_the_double_is_refused(tree):
    done = run(tree, code="import sys; sys.modules['double'] = sys\n" + RUN)
    assert done.returncode != 0 and "start a Slicer of its own" in done.stderr


def test_everything_that_tests_ask_of_the_double_is_there():
    texts = [
        file.read_text(encoding="utf-8")
        for one in run_in_slicer.folders(MODULES)
        for file in one.glob("*.py")
    ]
    wanted = {name for text in texts for name in re.findall(r"\bdouble\.(\w+)", text)}
    assert wanted and wanted <= set(in_slicer.__all__)
    for module, names in re.findall(r"^\s*from double\.(\w+) import (.+)$", "\n".join(texts), re.MULTILINE):
        assert module == "durations" and all(hasattr(in_slicer.durations, name) for name in names.split(", "))


def test_nothing_in_it_imports_the_double():
    files = [run_in_slicer.__file__, *(str(path) for path in HERE.glob("*.py"))]
    found = [
        name
        for name in files
        if re.search(r"^\s*(import|from) +(double|PySide6)\b", Path(name).read_text(), re.M)
    ]
    assert [Path(name).name for name in found] == ["pretended.py"]


@pytest.mark.skipif(not run_in_slicer.folders(MODULES), reason="there are no modules")
def test_tests_of_a_module_pass_on_it_with_the_double_as_slicer():
    """The double plays Slicer; the tests go through `in_slicer` as they do in a real one."""
    some = "orient_puts or predict_shows or help_samples or without_a_model or can_not_be_installed"
    done = run(HERE / "pretended.py", "-k", some)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    passed = re.findall(r"(\d+) passed", done.stdout)
    assert len(passed) == len(run_in_slicer.folders(MODULES)) and sum(map(int, passed)) > 5
