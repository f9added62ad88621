"""Python packages that the child needs, installed when they are first asked for."""

from typing import Any, Literal

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder

Purpose = Literal["predict", "train"]
REQUESTER = "CranioMark"
FILES: dict[Purpose, tuple[str, ...]] = {
    "predict": ("requirements.txt",),
    "train": ("requirements.txt", "requirements-train.txt"),
}
_complete: set[Purpose] = set()


def ensure(purpose: Purpose = "predict") -> None:
    """Install what is missing, after asking; torch first, by Slicer's extension PyTorch.

    Call it from the handler of a button, never while a module loads.

    Raises
    ------
    InputError
        If something is still missing: the user declined, or there is no network.
    """
    if purpose in _complete:
        return
    packaging = _packaging()
    needed = _needed(packaging, purpose)
    if not _satisfied(packaging, needed):
        _install(packaging, needed)
        missing = [str(one) for one in needed if not packaging.pip_check(one)]
        if missing:
            raise _refused(", ".join(missing), tr("missing"))
    _complete.add(purpose)


def forget() -> None:
    """Look again at the next `ensure`: the child has told that something is missing."""
    _complete.clear()


def _packaging() -> Any:
    try:
        from slicer import packaging
    except ImportError:
        raise InputError(
            "3D Slicer", tr("version"), tr("too old"), tr("install version 5.12 or later")
        ) from None
    return packaging


def _needed(packaging: Any, purpose: Purpose) -> list[Any]:
    paths = [resource_folder() / name for name in FILES[purpose]]
    return [one for path in paths for one in packaging.load_requirements(str(path))]


def _satisfied(packaging: Any, needed: list[Any]) -> bool:
    return all(packaging.pip_check(one) for one in needed)


def _install(packaging: Any, needed: list[Any]) -> None:
    torch = next(one for one in needed if one.name == "torch")
    if not packaging.pip_check(torch):
        _install_torch(str(torch.specifier))
    rest = [one for one in needed if one.name != "torch"]
    try:
        # torch comes from its extension; SimpleITK and vtk are Slicer's own, which pip does not see
        packaging.pip_ensure(rest, skip_packages=["torch", "SimpleITK", "vtk"], requester=REQUESTER)
    except Exception as error:
        raise _refused(", ".join(str(one) for one in rest), _last_line(error)) from error


def _install_torch(version: str) -> None:
    try:
        import PyTorchUtils  # type: ignore[import-not-found]
    except ImportError:
        remedy = tr("install the extension PyTorch by the Extensions Manager, and start Slicer again")
        raise InputError("torch", tr("Python package"), tr("missing"), remedy) from None
    try:
        done = PyTorchUtils.PyTorchUtilsLogic().installTorch(
            askConfirmation=True, torchVersionRequirement=version
        )
    except Exception as error:
        raise _refused("torch", _last_line(error)) from error
    if done is None:
        raise _refused("torch", tr("not installed"))


def _refused(packages: str, why: str) -> InputError:
    remedy = tr("allow its installation; it needs the internet, and takes some minutes once")
    return InputError(packages, tr("Python package"), why, remedy)


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).rstrip(".")
