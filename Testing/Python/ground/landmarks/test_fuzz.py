"""Damaged files of every format are read or refused with an InputError, never anything else."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import FORMATS, LandmarkSet, read_cohort, write_cohort

ENDINGS = {"csv-long": ".csv", "csv-wide": ".csv", "tps": ".tps", "nts": ".nts"}
COHORT = {"s": LandmarkSet(("A", "B b"), np.array([[1.5, 2, 3], [np.nan] * 3]))}
replacements = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(["", "\n", ",", '"', "1e999", "-1", "[]", "{}", "null", "²", "LM3=", "NA", " "]).map(
        str.encode
    ),
)


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
@settings(max_examples=60)
def test_damage_is_an_input_error_or_harmless(kind: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ENDINGS.get(kind, '.txt')}"
        write_cohort(COHORT, path if kind not in ("mrk.json", "fcsv") else path.with_suffix(""), kind)
        path = path if path.exists() else path.with_suffix("") / f"s.{kind}"
        content = path.read_bytes()
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 12))
        path.write_bytes(content[:start] + data.draw(replacements) + content[end:])
        try:
            found = read_cohort(path)
        except InputError as error:
            assert str(path) in str(error)
        else:
            assert all(len(landmarks) for landmarks in found.values())
