"""All mutants of folders, or some of each kind."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from mutants.mutant import Mutant
from mutants.python_mutants import of_python
from mutants.python_source import foreign, parameter_name, search
from mutants.reach import reached
from mutants.ui_mutants import of_ui


def planted(root: Path, folders: Sequence[Path]) -> list[Mutant]:
    """All mutants of the files of Python and Designer in folders.

    Parameters
    ----------
    root : path
        Of the repository.
    folders : sequence of path
        Or single files, within it. The first is the module; of the others only what it uses is taken.
    """
    home, all_files = _files(root, folders[:1]), _files(root, folders)
    texts = {file: (root / file).read_text(encoding="utf-8") for file in all_files}
    files = reached(home, texts)
    python = [file for file in files if file.suffix == ".py"]
    designer = [file for file in files if file.suffix == ".ui"]
    parameters = frozenset(parameter_name(p) for file in python for p in search(texts[file]).parameters)
    called = frozenset().union(*(foreign(texts[file]) for file in python))
    found = [mutant for file in python for mutant in of_python(file, texts[file], parameters, called)]
    used = "\n".join(texts[file] for file in python)
    found += [mutant for file in designer for mutant in of_ui(file, texts[file], used)]
    return [mutant for mutant in found if mutant.text != texts[mutant.file]]


def _files(root: Path, folders: Sequence[Path], ends: Sequence[str] = (".py", ".ui")) -> list[Path]:
    found = []
    for folder in folders:
        place = root / folder
        paths: Iterable[Path] = [place] if place.is_file() else sorted(place.rglob("*"))
        found += [p.relative_to(root) for p in paths if p.suffix in ends and not p.name.startswith("test_")]
    return found


def some(mutants: Sequence[Mutant], of_each: int, seed: int) -> list[Mutant]:
    """A few of each kind, chosen by a seed."""
    chosen: list[Mutant] = []
    for kind in sorted({mutant.kind for mutant in mutants}):
        same = [mutant for mutant in mutants if mutant.kind == kind]
        chosen += random.Random(f"{seed} {kind}").sample(same, min(of_each, len(same)))
    return chosen
