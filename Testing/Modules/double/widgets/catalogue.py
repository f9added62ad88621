"""Which classes of CTK and of Slicer there are."""

from types import ModuleType

from double.widgets import collapsible, node_combo_box, numbers, paths, plots, scene, tables, texts


def _classes(module: ModuleType, start: str) -> dict[str, type]:
    return {
        name: kind for name, kind in vars(module).items() if name.startswith(start) and isinstance(kind, type)
    }


CTK: dict[str, type] = {}
MRML: dict[str, type] = {}
for _module in (collapsible, paths, numbers, texts):
    CTK |= _classes(_module, "ctk")
for _module in (scene, node_combo_box, tables, plots, numbers):
    MRML |= _classes(_module, "qMRML")
CUSTOM = CTK | MRML
