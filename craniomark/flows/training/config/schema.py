"""What every training run can be told, whatever the task."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class RunSettings:
    """What is learnt from and where the run lies.

    Attributes
    ----------
    data : str
        Folder or CSV list of landmarked CTs. Needed.
    out : str
        Folder of the run; of a multirun, the folder that holds one for each job. Needed.
    template : str or null
        Bundle whose frame, labels and template are used; null makes them from the training specimens alone.
    template_spacing : float
        Voxels of the template that is made, mm.
    folds : int
        Parts that the specimens are dealt into.
    fold : int or null
        The part that is held out for validation; null trains on all specimens and validates on the same.
    train_ids : list of str
        Specimens to train on, in place of folds.
    validation_ids : list of str
        Specimens to validate on, in place of folds; alone, all others are trained on.
    subjects : str
        Whom a specimen is of, where its list has no column ``subject``: a regular expression whose first
        group is the subject, found in the id, e.g. ``^([^_]+)_``; empty where each is of its own.
    cache : str or null
        Folder of the prepared specimens, which runs may share; null is the folder cache in the run's or
        the multirun's.

    Raises
    ------
    ValueError
        If a value isn't allowed; the message names field, value and what is.
    """

    data: str
    out: str
    template: str | None = None
    template_spacing: float = 0.2
    folds: int = 5
    fold: int | None = 0
    train_ids: tuple[str, ...] = ()
    validation_ids: tuple[str, ...] = ()
    subjects: str = ""
    cache: str | None = None

    def __post_init__(self) -> None:
        if not 0.02 <= self.template_spacing <= 5:
            raise ValueError(f"template_spacing is {self.template_spacing}: give 0.02 to 5 mm")
        if self.folds < 2:
            raise ValueError(f"folds is {self.folds}: give at least 2")
        if self.fold is not None and not 0 <= self.fold < self.folds:
            raise ValueError(f"fold is {self.fold}: give 0 to {self.folds - 1}, or null")
        _check_rule(self.subjects)
        both = sorted(set(self.train_ids) & set(self.validation_ids))
        if both:
            raise ValueError(
                f"validation_ids is {both[0]} among others, which train_ids has too: take it out"
            )


def _check_rule(rule: str) -> None:
    try:
        groups = re.compile(rule).groups if rule else 1
    except re.error:
        groups = 0
    if not groups:
        raise ValueError(
            f"subjects is {rule}: give a regular expression with a group, such as ^([^_]+)_, or nothing"
        )
