"""Which specimens are trained on, and which are held out."""

import re
from collections.abc import Mapping, Sequence
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


def split(ids: Sequence[str], settings: RunSettings, subjects: Mapping[str, str] | None = None) -> Split:
    """Deal the specimens as the settings say; specimens of one subject are never parted.

    Folds take every `folds`-th subject in their order, as the templates' calibration does: five folds are
    a split of 80 to 20.

    Parameters
    ----------
    ids : sequence of str
        Specimens.
    settings : RunSettings
        Folds or lists, and the rule by which subjects are told.
    subjects : mapping of str to str, optional
        Subject of each specimen where its list tells one; it goes before the rule. Else each specimen is
        a subject of its own.

    Raises
    ------
    InputError
        If an id is unknown, there are more folds than subjects, too few are left to train on, or the lists
        part the specimens of a subject.
    """
    ordered = sorted(ids)
    whose = {one: (subjects or {}).get(one) or ruled_subject(one, settings.subjects) for one in ordered}
    if settings.train_ids or settings.validation_ids:
        parts = _by_ids(ordered, settings)
        _check_subjects(parts, whose, settings)
    elif settings.fold is None:
        parts = Split(tuple(ordered), tuple(ordered))
    else:
        dealt = sorted(set(whose.values()))
        if settings.folds > len(dealt):
            remedy = f"give at most {len(dealt)}, the number of specimens, or fold=null to hold none out"
            if len(dealt) < len(ordered):
                remedy = remedy.replace("specimens", "subjects")
            raise InputError(settings.data, "folds", settings.folds, remedy)
        away = set(dealt[settings.fold :: settings.folds])
        held_out = tuple(one for one in ordered if whose[one] in away)
        parts = Split(tuple(one for one in ordered if one not in held_out), held_out)
    if len(parts.training) < FEWEST:
        remedy = f"at least {FEWEST} landmarked CTs are needed to train on"
        raise InputError(settings.data, "number of training specimens", len(parts.training), remedy)
    return parts


def ruled_subject(specimen: str, rule: str) -> str:
    """Subject of a specimen by a rule: what the first group of a regular expression finds in its id.

    An id that the rule does not fit is a subject of its own.
    """
    found = re.search(rule, specimen) if rule else None
    return (found.group(1) or specimen) if found else specimen


def _check_subjects(parts: Split, whose: Mapping[str, str], settings: RunSettings) -> None:
    if not parts.held_out:
        return
    both = {whose[one] for one in parts.training} & {whose[one] for one in parts.validation}
    if both:
        value = f"with specimens of {min(both)} beside train_ids with others of the same subject"
        remedy = "put all specimens of a subject into one of the two"
        raise InputError(settings.data, "validation_ids", value, remedy)


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
