"""Start ``run_in_slicer.py`` with the double in the part of Slicer: all that can be tried of it without one.

python pretended.py [words for pytest]
"""

import sys
from pathlib import Path

MODULES = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(MODULES), str(MODULES.parents[1])]


class Factory:
    """Of the module manager: takes files, and loads the modules in them."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    def registerModule(self, info: object) -> None:
        path = Path(info.absoluteFilePath())  # type: ignore[attr-defined]
        self._files[path.stem] = path

    def loadModules(self, names: list[str]) -> None:
        from double import modules

        for name in names:
            modules.load(self._files[name])


def pretend() -> None:
    """Make this process look like Slicer to the runner: `double` itself can not be imported any more."""
    import double

    slicer = double.install()
    factory = Factory()
    from double import modules
    from double.module_manager import ModuleManager

    ModuleManager.factoryManager = lambda _self: factory
    modules.load(MODULES / "example" / "Example" / "Example.py")  # another module, to turn to
    import in_slicer
    from in_slicer import panels

    panels.OTHER_MODULE = "Example"
    held = {name: part for name, part in sys.modules.items() if name.startswith("double.")}
    for name, part in held.items():  # imports that the double makes late
        if name.count(".") == 1 and not hasattr(in_slicer, name.split(".")[1]):
            setattr(in_slicer, name.split(".")[1], part)
    del sys.modules["double"]
    slicer.util.exit = sys.exit
    slicer.double_main_window.show()


if __name__ == "__main__":
    pretend()
    import run_in_slicer

    run_in_slicer.main(MODULES, sys.argv[1:])
