"""Which specimens are trained on, and which are held out."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from craniomark.flows.training.config.schema import RunSettings
from craniomark.ground.checks import InputError

FEWEST = 2
"""Specimens to train on."""


@dataclass(frozen=True)
class Split:
    """Ids of the two parts.

    Attributes
    ----------
    training, validation : tuple of str
        Ids; the same ones in both where nothing is held out.
    """

    training: tuple[str, ...]
    validation: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Whether no specimen is in both parts."""
        return not set(self.training) & set(self.validation)


def split(ids: Sequence[str], settings: RunSettings) -> Split:
    """Deal the specimens as the settings say.

    Folds take every `folds`-th specimen in the order of the ids, as the templates' calibration does.

    Raises
    ------
    InputError
        If an id is unknown, there are more folds than specimens, or too few are left to train on.
    """
    ordered = sorted(ids)
    if settings.train_ids or settings.validation_ids:
        parts = _by_ids(ordered, settings)
    elif settings.fold is None:
        parts = Split(tuple(ordered), tuple(ordered))
    else:
        if settings.folds > len(ordered):
            remedy = f"give at most {len(ordered)}, the number of specimens, or fold=null to hold none out"
            raise InputError(settings.data, "folds", settings.folds, remedy)
        held_out = tuple(ordered[settings.fold :: settings.folds])
        parts = Split(tuple(one for one in ordered if one not in held_out), held_out)
    if len(parts.training) < FEWEST:
        remedy = f"at least {FEWEST} landmarked CTs are needed to train on"
        raise InputError(settings.data, "number of training specimens", len(parts.training), remedy)
    return parts


def _by_ids(ids: Sequence[str], settings: RunSettings) -> Split:
    for name in ("train_ids", "validation_ids"):
        for one in getattr(settings, name):
            if one not in ids:
                near = get_close_matches(one, ids, 1, 0.3)
                remedy = f"perhaps {near[0]} is meant" if near else "name landmarked CTs"
                raise InputError(settings.data, name, f"{one}, which is not among the specimens", remedy)
    validation = tuple(settings.validation_ids)
    training = tuple(settings.train_ids) or tuple(one for one in ids if one not in validation)
    return Split(tuple(sorted(training)), tuple(sorted(validation)) or tuple(sorted(training)))
