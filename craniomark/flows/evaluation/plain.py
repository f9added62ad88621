"""Sections of an evaluation: what they have in common."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class NotEnough(Exception):  # noqa: N818 - a finding, not an error
    """A section can't be given from these specimens; the text is a sentence for the user."""


DRAWN_ONLY: Mapping[str, bool] = {"json": False}
"""Metadata of a field of a section that is for plots and stays out of metrics.json."""


def plain(value: Any) -> Any:
    """Sections as they stand in metrics.json: plain values, None where a figure can't be given."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = [one.name for one in fields(value) if one.metadata.get("json", True)]
        return {name: plain(getattr(value, name)) for name in kept}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else None
    return value
