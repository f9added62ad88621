"""What an analysis has found: specimens, the worst first, and what is told of each."""

import csv
from dataclasses import dataclass
from pathlib import Path

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError

TABLE = "test_distances.csv"
SIDES = ("symmetric", "predicted_to_true", "true_to_predicted")
MEASURES = ("mean", "rms", "p95", "hausdorff")


@dataclass(frozen=True, eq=False)
class Found:
    """One specimen.

    Attributes
    ----------
    name : str
        Of the specimen.
    figures : dict of str to float
        Each of `SIDES` with each of `MEASURES`, such as ``symmetric_mean``, mm.
    predicted, true : Path
        Meshes with scalars.
    """

    name: str
    figures: dict[str, float]
    predicted: Path
    true: Path


class ShapeResults:
    """Specimens of an analysis, the worst first, and the one that is looked at."""

    def __init__(self, specimens: tuple[Found, ...] = ()) -> None:
        key = f"{SIDES[0]}_{MEASURES[0]}"
        self.specimens = tuple(sorted(specimens, key=lambda one: -one.figures.get(key, 0.0)))
        self._at = 0

    @property
    def current(self) -> Found | None:
        """The one that is looked at; None where there is none."""
        return self.specimens[self._at] if self.specimens else None

    def go(self, step: int) -> Found | None:
        """Look at the next, 1, or the one before, -1; at the ends it stays."""
        self._at = min(max(self._at + step, 0), max(len(self.specimens) - 1, 0))
        return self.current

    def look_at(self, name: str) -> Found | None:
        """Look at one by its name; an unknown one changes nothing."""
        names = [one.name for one in self.specimens]
        self._at = names.index(name) if name in names else self._at
        return self.current

    @property
    def is_first(self) -> bool:
        """Whether there is none before."""
        return self._at == 0

    @property
    def is_last(self) -> bool:
        """Whether there is none after."""
        return self._at >= len(self.specimens) - 1

    def position(self) -> str:
        """Which of how many it is."""
        if not self.specimens:
            return ""
        told = tr("{number} of {count}, the worst first")
        return told.format(number=self._at + 1, count=len(self.specimens))


def read_results(folder: Path) -> ShapeResults:
    """Read the folder of an analysis.

    Raises
    ------
    InputError
        If its table is missing or isn't one.
    """
    path = folder / TABLE
    remedy = tr("analyse the predictions again")
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        found = tuple(
            Found(
                row["Name"],
                {name: float(row[name]) for side in SIDES for name in (f"{side}_{m}" for m in MEASURES)},
                folder / "meshes" / f"{row['Name']}.ply",
                folder / "true" / f"{row['Name']}.ply",
            )
            for row in rows
        )
    except OSError as error:
        raise InputError(path, tr("table"), error.strerror or str(error), remedy) from error
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise InputError(path, tr("table"), tr("not readable"), remedy) from error
    return ShapeResults(found)


def figures_rows(figures: dict[str, float]) -> tuple[tuple[str, ...], list[tuple[str, list[str]]]]:
    """The numbers of a specimen, mm: heads of the columns, and lines of a name and its cells."""
    heads = (tr("mean"), tr("RMS"), tr("95 %"), tr("Hausdorff"))
    sides = (tr("both ways"), tr("predicted to true"), tr("true to predicted"))
    rows = [
        (words, [f"{figures[f'{side}_{name}']:.3f}" for name in MEASURES])
        for side, words in zip(SIDES, sides, strict=True)
    ]
    return heads, rows


def figures_words(figures: dict[str, float]) -> str:
    """The numbers of a specimen as an HTML table."""
    heads, rows = figures_rows(figures)
    lines = ["<tr><td></td>" + "".join(f"<th>&nbsp;&nbsp;{head}</th>" for head in heads) + "</tr>"]
    for words, row in rows:
        cells = "".join(f"<td align='right'>&nbsp;&nbsp;{cell}</td>" for cell in row)
        lines.append(f"<tr><td>{words}, mm</td>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"
