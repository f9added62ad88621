"""``PyTorchUtils``, ``SampleData`` and ``slicer.cli``: called, and recorded."""

from types import ModuleType
from typing import Any

from double.base.recorded import recorded


class PyTorchUtilsLogic:
    """Of the extension PyTorch."""

    @staticmethod
    @recorded
    def torchInstalled() -> bool:
        """Whether torch is there: yes, unless a test says otherwise."""
        return True

    @recorded
    def installTorch(
        self,
        askConfirmation: bool = False,
        forceComputationBackend: str | None = None,
        torchVersionRequirement: str | None = None,
        torchvisionVersionRequirement: str | None = None,
    ) -> Any:
        """Install it; None where the user declines."""
        return object()


class SampleDataLogic:
    """Of the module SampleData."""

    @staticmethod
    @recorded
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: str | None = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: str | None = None,
        loadFileTypes: Any = None,
        loadFiles: Any = None,
        loadFileProperties: Any = None,
        checksums: Any = None,
        loadFileType: Any = None,
    ) -> None:
        """Add a data set."""


@recorded
def run(
    module: Any, node: Any = None, parameters: Any = None, wait_for_completion: bool = False,
    delete_temporary_files: bool = True, update_display: bool = True,
) -> Any:  # fmt: skip
    """Run a program of Slicer's command line modules."""


@recorded
def runSync(
    module: Any,
    node: Any = None,
    parameters: Any = None,
    delete_temporary_files: bool = True,
    update_display: bool = True,
) -> Any:
    """Run one and wait."""


def _module(name: str, **content: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


torch_utils = _module("PyTorchUtils", PyTorchUtilsLogic=PyTorchUtilsLogic)
sample_data = _module("SampleData", SampleDataLogic=SampleDataLogic)
cli = _module("slicer.cli", run=run, runSync=runSync)
