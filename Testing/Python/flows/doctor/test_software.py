"""What the doctor says of Python and packages."""

import importlib

import pytest

from craniomark.flows.doctor import software
from craniomark.flows.doctor.software import (
    helpful_check,
    needed_check,
    numbers,
    python_check,
    software_checks,
)


def test_this_environment_is_well() -> None:
    checks = list(software_checks())
    assert not [check for check in checks if check.state == "bad"]
    assert {"CranioMark", "Python", "torch", "3D Slicer"} <= {check.name for check in checks}


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "bad"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "bad")]
)
def test_python_that_is_too_old_or_new_is_named(version: tuple[int, int], state: str) -> None:
    assert python_check(version).state == state


def test_a_missing_package_tells_how_to_install_it() -> None:
    check = needed_check("no-such-package-of-ours", "1.0")
    assert (check.state, check.value) == ("bad", "missing")
    assert 'pip install "no-such-package-of-ours>=1.0"' in check.remedy


def test_an_old_package_is_named() -> None:
    assert "older than" in needed_check("numpy", "999").value


def test_a_package_that_fails_to_import_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        raise OSError("libfoo.so is not there")

    monkeypatch.setattr(software.importlib, "import_module", fail)
    assert "libfoo.so" in needed_check("numpy", "1.0").value
    monkeypatch.undo()
    assert importlib.import_module("numpy")


def test_a_helpful_package_that_is_missing_fails_nothing() -> None:
    check = helpful_check("no-such-package-of-ours", "nothing")
    assert (check.state, check.value) == ("note", "missing, needed for nothing")
    assert "pip install no-such-package-of-ours" in check.remedy


def test_what_an_extra_brings_is_installed_by_the_extra() -> None:
    check = helpful_check("no-such-package-of-ours", "the review in the browser", "craniomark[web]")
    assert check.remedy == 'Install it: pip install "craniomark[web]".'
    assert "trame-slicer" in {one.name for one in software.software_checks()}


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.13.0+cpu", (2, 13, 0)), ("1.5", (1, 5)), ("3.0rc1", (3, 0)), ("weird", ()), ("1.2.dev3", (1, 2))],
)
def test_versions_are_compared_as_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected
