"""Coarse deformations, so that a template of the made-up animals takes seconds."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from skull_bundle import COARSE
from synthetic_cohort import in_memory

from craniomark.engine.diffeo.register import flow_between
from craniomark.flows.template import average, crossfit
from craniomark.flows.template.scans import Scan


@pytest.fixture(scope="session")
def animals() -> list[Scan]:
    """Five made-up animals in memory."""
    return [in_memory(seed) for seed in range(5)]


@pytest.fixture
def coarse_deformation() -> Iterator[None]:
    """Deform on a coarse lattice in few steps, and calibrate from one start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(average, "flow_between", partial(flow_between, recipe=COARSE))
        patch.setattr(crossfit, "STARTS", 1)
        yield
