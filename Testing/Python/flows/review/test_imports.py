"""The package is for the process of a user interface: torch never gets into it."""

import subprocess
import sys

WHOLE_REVIEW = """
import sys
from pathlib import Path
import numpy as np
import craniomark.flows.review as review
from craniomark.ground.landmarks import LandmarkSet
heavy = {"torch", "monai", "vtk", "SimpleITK", "pandas", "matplotlib", "lightning", "hydra", "scipy"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
out = Path(sys.argv[1])
given = LandmarkSet(("a", "b"), np.eye(3)[:2])
with review.open_review(out, "x", review.Desk("A"), landmarks=given) as session:
    session.move("a", (1, 2, 3))
    session.accept("b")
    review.write_results(session)
with review.open_blind(out, "x", review.Desk("A")) as session:
    for label in "ab":
        session.move(label, (1, 2, 2))
    review.others_of(session)
review.repeatability(review.digitisings(out, "x"))
review.export(review.Worklist(out).landmarks(), out / "all.tps", "tps")
heavy = {"torch", "monai", "vtk", "SimpleITK", "pandas", "matplotlib", "lightning", "hydra"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""


def test_a_whole_review_needs_no_torch(tmp_path):
    done = subprocess.run([sys.executable, "-c", WHOLE_REVIEW, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
