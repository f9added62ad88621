"""The real logics of Slicer's own modules, on the scene."""

from typing import Any

CLASSES = {
    "markups": "vtkSlicerMarkupsLogic",
    "volumes": "vtkSlicerVolumesLogic",
    "models": "vtkSlicerModelsLogic",
    "transforms": "vtkSlicerTransformLogic",
    "tables": "vtkSlicerTablesLogic",
    "plots": "vtkSlicerPlotsLogic",
    "cropvolume": "vtkSlicerCropVolumeLogic",
}
"""By the name of the module, as in ``slicer.modules``."""


class LogicModule:
    """A module of Slicer of which there is only the logic."""

    def __init__(self, name: str, logic: Any) -> None:
        self.name, self._logic = name, logic

    def logic(self) -> Any:
        return self._logic


def make(slicer: Any, scene: Any, application: Any) -> dict[str, LogicModule]:
    """Make each of them, known to one another by the application's logic."""
    found = {}
    for name, kind in CLASSES.items():
        logic = getattr(slicer, kind)()
        logic.SetMRMLApplicationLogic(application)
        logic.SetMRMLScene(scene)
        application.SetModuleLogic(name.capitalize(), logic)
        found[name] = LogicModule(name, logic)
    # Without the scene: it would put a hundred colour tables into each new one, beside the class of its node.
    scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    found["colors"] = LogicModule("colors", slicer.vtkSlicerColorLogic())
    return found
