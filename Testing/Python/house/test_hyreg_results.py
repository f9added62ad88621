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
