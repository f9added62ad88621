"""NTS, the matrix format of NTSYSpc, read by geomorph and MorphoJ."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.building import built, put
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort, decode, encode, numbered
from craniomark.ground.landmarks.text import parse_number, parse_point, point_texts, read_text
from craniomark.ground.landmarks.wide import columns_of, labels_of

COMMENT = '" Landmarks in LPS millimetres, written by CranioMark; names are percent-encoded'
PARAMETERS = re.compile(r"1\s+(\d+)(L?)\s+(\d+)(L?)\s+([01])(?:\s+(-?[\d.]+))?\s+DIM=(\d)", re.IGNORECASE)
QUOTES = "\"'"


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of an NTS file with the parameter line ``1 nL pL 0|1 code DIM=3``, LPS mm.

    Specimens without row labels are "1" to "n"; so are landmarks, unless the column labels have the form
    ``A_X A_Y A_Z``. NA or the missing code is a missing landmark.

    Raises
    ------
    InputError
        If the parameter line is another one, or declares more or fewer names or numbers than follow.
    """
    lines = [line.strip() for line in read_text(path).split("\n") if line.strip()]
    comments = [line for line in lines if line[0] in QUOTES]
    lines = [line for line in lines if line[0] not in QUOTES]
    match = PARAMETERS.fullmatch(lines[0]) if lines else None
    if match is None:
        value = repr(lines[0][:60]) if lines else "missing"
        raise InputError(path, "parameter line", value, "write it as: 1 nL pL 0 DIM=3")
    n_rows, n_columns = int(match[1]), int(match[3])
    if match[7] != "3" or n_columns % 3 or not n_rows or not n_columns:
        raise InputError(path, "parameter line", repr(lines[0]), "give three-dimensional landmarks")
    words = " ".join(lines[1:]).split()
    sizes = [n_rows if match[2] else 0, n_columns if match[4] else 0, n_rows * n_columns]
    if len(words) != sum(sizes):
        value = f"{len(words)} names and numbers where the parameter line declares {sum(sizes)}"
        raise InputError(path, "content", value, "complete the file or correct its parameter line")
    read_name = decode if COMMENT in comments else str
    rows = [read_name(word) for word in words[: sizes[0]]] or list(numbered(n_rows))
    labels = labels_of(words[sizes[0] : sizes[0] + sizes[1]]) if sizes[1] else None
    labels = tuple(map(read_name, labels)) if labels else numbered(n_columns // 3)
    code = parse_number(match[6], path, "missing code") if match[5] == "1" and match[6] else np.nan
    cohort: dict[str, LandmarkSet] = {}
    numbers = words[sizes[0] + sizes[1] :]
    for row, specimen in enumerate(rows):
        start = row * n_columns
        where = f"specimen {specimen!r}, landmark"
        points = [
            parse_point(_without(code, numbers[at : at + 3]), path, f"{where} {label!r}")
            for label, at in zip(labels, range(start, start + n_columns, 3), strict=True)
        ]
        put(cohort, specimen, built(path, labels, points), path)
    return cohort


def _without(code: float, words: list[str]) -> list[str]:
    def is_code(word: str) -> bool:
        try:
            return float(word) == code
        except ValueError:
            return False

    return ["NA" if is_code(word) else word for word in words]


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write row labels (ids), column labels ``A_X A_Y A_Z`` and one line of LPS mm for each specimen.

    White space and quotes in names are percent-encoded, which a comment line says. Missing points have the
    code of the parameter line, -9999 or one with more nines where a coordinate looks like it. All specimens
    get the union of the labels in first-seen order.

    Raises
    ------
    InputError
        If an id or label can't be held by a text file.
    """
    labels = check_cohort(cohort, path)
    tables = {specimen: landmarks.ordered(labels).points for specimen, landmarks in cohort.items()}
    code = _unused_code(np.stack(list(tables.values())))
    missing = any(not np.isfinite(points).all() for points in tables.values())
    lines = [
        COMMENT,
        f"1 {len(cohort)}L {3 * len(labels)}L {f'1 {code}' if missing else '0'} DIM=3",
        " ".join(encode(specimen, QUOTES) for specimen in cohort),
        " ".join(columns_of([encode(label, QUOTES) for label in labels], "XYZ")),
    ]
    for points in tables.values():
        lines.append(" ".join(text for row in points for text in point_texts(row, code)))
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _unused_code(points: np.ndarray) -> str:
    whole = {str(int(value)) for value in points[np.isfinite(points)]}
    code = "-9999"
    while any(code in text for text in whole):
        code += "9"
    return code
