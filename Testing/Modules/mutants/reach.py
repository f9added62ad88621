"""Which files a module uses: mistakes in others are not for its tests to notice."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path


def reached(home: Sequence[Path], texts: Mapping[Path, str]) -> list[Path]:
    """The files of a module, what they import, and the ``.ui`` files that these name.

    Parameters
    ----------
    home : sequence of path
        Files of the module.
    texts : mapping of path to str
        All files that may be used, with their content.
    """
    modules = {".".join(file.with_suffix("").parts): file for file in texts if file.suffix == ".py"}
    found, waiting = dict.fromkeys(home), [file for file in home if file.suffix == ".py"]
    while waiting:
        for name in _imported(texts[waiting.pop()]):
            file = modules.get(name)
            if file is not None and file not in found:
                found[file] = None
                waiting.append(file)
    code = "\n".join(texts[file] for file in found if file.suffix == ".py")
    found |= dict.fromkeys(file for file in texts if file.suffix == ".ui" and file.name in code)
    return list(found)


def _imported(text: str) -> list[str]:
    """Modules that a file imports, as far as names can tell."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
