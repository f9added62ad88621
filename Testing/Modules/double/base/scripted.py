"""``slicer.ScriptedLoadableModule``: the base classes of scripted modules."""

import sys
import unittest
from pathlib import Path
from typing import Any


def _slicer() -> Any:
    import slicer

    return slicer


class ScriptedLoadableModule:
    """Tells Slicer about a module."""

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.parent, self.moduleName = parent, type(self).__name__
        parent.title, parent.categories, parent.dependencies, parent.contributors = "", [], [], []
        parent.helpText = parent.acknowledgementText = ""
        for end in ("svg", "png"):
            icon = Path(self.resourcePath(f"Icons/{self.moduleName}.{end}"))
            if icon.is_file():
                import qt

                parent.icon = qt.QIcon(str(icon))
                break
        _slicer().selfTests[self.moduleName] = self.runTest

    def resourcePath(self, name: str) -> str:
        return str(Path(self.parent.path).parent / "Resources" / name)

    def getDefaultModuleDocumentationLink(self, docPage: str | None = None) -> str:
        page = docPage or self.moduleName
        return f'<p>More in the <a href="{_slicer().app.moduleDocumentationUrl(page)}">documentation</a>.</p>'

    def runTest(self, msec: int = 100, **options: Any) -> None:
        """Run the module's own test class."""
        case = getattr(sys.modules[type(self).__module__], f"{self.moduleName}Test")()
        case.messageDelay = msec
        case.runTest(**options)


class ScriptedLoadableModuleWidget:
    """Builds and runs a module's panel."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        slicer = _slicer()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.settingsValue("Developer/DeveloperMode", False, slicer.util.toBool)
        assert parent is not None, "the double makes panels by double.load_module"
        self.parent, self.layout = parent, parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )

    def resourcePath(self, name: str) -> str:
        return str(Path(_slicer().util.modulePath(self.moduleName)).parent / "Resources" / name)

    def setup(self) -> None:
        """Make the widgets; the module adds its own."""

    def enter(self) -> None:
        """The panel is shown."""

    def exit(self) -> None:
        """Another panel is shown."""

    def cleanup(self) -> None:
        """The panel goes."""

    def onReload(self) -> None:
        """Load the module's file again."""
        _slicer().util.reloadScriptedModule(self.moduleName)

    def _onModuleAboutToBeUnloaded(self, name: str) -> None:
        if name == self.moduleName:
            self.cleanup()
            manager = _slicer().app.moduleManager()
            manager.disconnect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)


class ScriptedLoadableModuleLogic:
    """What a module does, without its panel."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        del parent
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def resourcePath(self, name: str) -> str:
        return str(Path(_slicer().util.modulePath(self.moduleName)).parent / "Resources" / name)

    def getAllParameterNodes(self) -> list[Any]:
        nodes = _slicer().util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [node for node in nodes if node.GetAttribute("ModuleName") == self.moduleName]

    def getParameterNode(self) -> Any:
        """The node with the module's parameters; made where there is none."""
        slicer = _slicer()
        if self.isSingletonParameterNode:
            node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        else:
            node = next(iter(self.getAllParameterNodes()), None)
        node = node or slicer.mrmlScene.AddNode(self.createParameterNode())
        node.SetAttribute("ModuleName", self.moduleName)
        return node

    def createParameterNode(self) -> Any:
        """A node that is in no scene yet."""
        node = _slicer().mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(_slicer().mrmlScene.GenerateUniqueName(self.moduleName))
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """Tests that come with a module."""

    messageDelay = 0

    def runTest(self) -> None:
        """Overridden by the module."""

    def setUp(self) -> None:
        """Begin with an empty scene."""
        _slicer().mrmlScene.Clear()

    def delayDisplay(self, message: str, requestedDelay: int | None = None, msec: int | None = None) -> None:
        """Tell what is tested."""
        del requestedDelay, msec
        assert isinstance(message, str)
