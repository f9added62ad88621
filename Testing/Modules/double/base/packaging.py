"""``slicer.packaging`` (Slicer 5.12): reads requirements; what would install is recorded only."""

from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from double.base.recorded import recorded


def load_requirements(path: str | Path) -> list[Requirement]:
    """Requirements of a file; comments and pip's options are left out."""
    lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


@recorded
def pip_check(req: Any) -> bool:
    """Whether requirements are satisfied: yes, unless a test says otherwise."""
    del req
    return True


@recorded
def pip_ensure(
    requirements: Any,
    constraints: Any = None,
    skip_packages: list[str] | None = None,
    prompt_install: bool = True,
    prompt_restart: bool = True,
    requester: str | None = None,
    skip_in_testing: bool = True,
    show_progress: bool = True,
) -> list[str] | None:
    """Install what is missing."""


@recorded
def pip_install(
    requirements: Any,
    constraints: Any = None,
    skip_packages: list[str] | None = None,
    no_deps_requirements: Any = None,
    blocking: bool = True,
    show_progress: bool = True,
    requester: str | None = None,
) -> None:
    """Install."""


@recorded
def pip_uninstall(requirements: Any, blocking: bool = True) -> None:
    """Uninstall."""
