"""``slicer.parameterNodeWrapper``: typed parameters of a module, kept in the scene and tied to widgets.

The subset that the modules use: bool, int, float, str, Path, enumerations, nodes and lists of these; the
validators below; `Default`; ``connectGui``. A list is to be assigned anew after a change.
"""

from double.base.parameters.validators import (
    Choice,
    Decimals,
    Default,
    Exclude,
    Maximum,
    Minimum,
    Not,
    SingleStep,
    WithinRange,
)
from double.base.parameters.wrapper import isParameterNodeWrapper, parameterNodeWrapper

SlicerParameterNamePropertyName = "SlicerParameterName"

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "Maximum",
    "Minimum",
    "Not",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "WithinRange",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
]
