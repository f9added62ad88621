"""Loading and saving of nodes by the real logics and storage nodes."""

from pathlib import Path
from typing import Any

_ENDS = {
    "VolumeFile": (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".dcm", ".tif", ".tiff"),
    "MarkupsFile": (".mrk.json", ".fcsv", ".json"),
    "ModelFile": (".vtk", ".vtp", ".stl", ".ply", ".obj"),
    "TransformFile": (".tfm", ".h5", ".txt"),
    "TableFile": (".csv", ".tsv"),
    "SceneFile": (".mrml", ".mrb"),
}


class FileManager:
    """``slicer.app.coreIOManager()``."""

    def __init__(self, scene: Any, modules: dict[str, Any]) -> None:
        self._scene = scene
        self._volumes, self._models = modules["volumes"].logic(), modules["models"].logic()
        self._markups, self._tables = modules["markups"].logic(), modules["tables"].logic()
        self._transforms = modules["transforms"].logic()

    def fileType(self, name: str) -> str:
        return next((kind for kind, ends in _ENDS.items() if str(name).lower().endswith(ends)), "NoFile")

    def fileWriterFileType(self, node: Any) -> str:
        return node.GetNodeTagName()  # type: ignore[no-any-return]

    def loadNodes(
        self, kind: str, properties: dict[str, Any], loaded: Any = None, messages: Any = None
    ) -> bool:
        path = str(properties["fileName"])
        node = self._loaded(kind, path, properties) if Path(path).exists() else None
        if node is None:
            if messages is not None:
                messages.AddMessage(200001, f"{path} could not be read as {kind}")
            return False
        if "name" in properties:
            node.SetName(properties["name"])
        if loaded is not None:
            loaded.AddItem(node)
        return True

    def _loaded(self, kind: str, path: str, properties: dict[str, Any]) -> Any:
        name = Path(path).name.split(".")[0]
        if kind == "VolumeFile":
            options = 1 if properties.get("labelmap") else 0
            return self._volumes.AddArchetypeVolume(path, name, options)
        if kind == "ModelFile":
            return self._models.AddModel(path, properties.get("coordinateSystem", 1))
        if kind == "MarkupsFile":
            identity = self._markups.LoadMarkups(path, name, None)
            return self._scene.GetNodeByID(identity) if identity else None
        if kind == "TableFile":
            return self._tables.AddTable(path, name)
        if kind == "TransformFile":
            return self._transforms.AddTransform(path, self._scene)
        return None

    def saveNodes(self, _kind: str, properties: dict[str, Any], messages: Any = None) -> bool:
        node = self._scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode(properties["fileName"])
        storage = node.GetStorageNode()
        storage.SetFileName(properties["fileName"])
        done = bool(storage.WriteData(node))
        if not done and messages is not None:
            messages.AddMessage(200001, f"{properties['fileName']} could not be written")
        return done
