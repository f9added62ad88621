"""The committed rows of elastic registration, against SyN's on the same pairs."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.specimens import find_specimens, read_truth


def test_elastic_rows_stay_within_their_bounds(
    repository: Path, mouse_ct_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(repository / "Testing/Benchmarks"))
    from common.hyreg_scoring import atlas_errors
    from common.specimens import Known
    from common.table import RESULTS, read_rows

    known = [Known(s, read_truth(s)) for s in find_specimens([mouse_ct_folder]) if s.landmarks]
    rows = read_rows(RESULTS / "hyreg_atlases.csv")
    done = {row["specimen"] for row in rows}
    ours = atlas_errors(known, rows)
    syn = atlas_errors(known, [r for r in read_rows(RESULTS / "syn_atlases.csv") if r["specimen"] in done])
    assert len(ours.pairs) == len(syn.pairs) == 80
    assert ours.pairs.mean() <= min(syn.pairs.mean(), 0.164)
    assert ours.medians.mean() <= 0.126
    assert ours.folding < 0.01
    assert np.isfinite(ours.pairs).all()


def test_it_takes_a_tenth_of_the_time_of_syn_and_eight_atlases_a_twentieth(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(repository / "Testing/Benchmarks"))
    from common.table import RESULTS, read_rows

    rows = read_rows(RESULTS / "hyreg_speed.csv")
    assert len(rows) >= 3
    syn, one, eight = (np.array([float(r[c]) for r in rows]) for c in ("syn_s", "ours_s", "ours_eight_s"))
    assert np.median(syn / one) >= 10
    assert np.median(8 * syn / eight) >= 20


def test_the_ranges_of_the_verdict_are_those_of_the_rows(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(repository / "Testing/Benchmarks"))
    from common.table import RESULTS, read_rows
    from craniomark.tasks.regnet.hybrid.verdict import MOUSE_CTS, range_of

    rows = read_rows(RESULTS / "hyreg_atlases.csv")
    alike, moved = (range_of([float(row[name]) for row in rows]) for name in ("after", "moved_mm"))
    assert MOUSE_CTS["after"].low == pytest.approx(alike.low, abs=0.01)
    assert MOUSE_CTS["moved_mm"].high == pytest.approx(moved.high, abs=0.01)
