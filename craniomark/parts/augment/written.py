"""Steps as JSON can hold them, and back."""

from dataclasses import asdict, fields
from typing import Any

from craniomark.parts.augment.defects import Artefact, LowContrastSections, MissingSections
from craniomark.parts.augment.elastic import ControlPointElastic, GaussianElastic
from craniomark.parts.augment.looks import Bias, Blur, Clutter, FieldOfView, Levels, LowResolution, Noise
from craniomark.parts.augment.moves import Affine, Mirror, Window
from craniomark.parts.augment.sections import Fold, SectionMoves
from craniomark.parts.augment.steps import Step

STEPS: dict[str, type[Step]] = {
    kind.__name__: kind
    for kind in (
        Mirror, Affine, ControlPointElastic, GaussianElastic, Window, SectionMoves, Fold,
        Levels, Noise, Blur, Bias, LowResolution, FieldOfView, Clutter,
        MissingSections, LowContrastSections, Artefact,
    )
}  # fmt: skip


def step_values(step: Step) -> dict[str, Any]:
    """A step as JSON can hold it: its name and its parameters."""
    return {"step": type(step).__name__, **asdict(step)}  # type: ignore[call-overload]


def step_from(values: dict[str, Any]) -> Step:
    """The step that `step_values` told.

    Raises
    ------
    ValueError
        If there is no such step, or a parameter is not one of it.
    """
    given = dict(values)
    name = given.pop("step", None)
    kind = STEPS.get(str(name))
    if kind is None:
        raise ValueError(f"step is {name!r}: give one of {', '.join(sorted(STEPS))}")
    wanted = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if set(given) != wanted:
        raise ValueError(f"step {name} has {', '.join(sorted(given))}: give {', '.join(sorted(wanted))}")
    return kind(**{key: _tuples(value) for key, value in given.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
