"""Put Resources/ into the wheel as craniomark/_resources; an editable install reads it where it lies."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_INSTALLED = ("Screenshots",)


class ResourcesHook(BuildHookInterface):
    """Map every resource file that a user needs to its place in the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        source = Path(self.root) / "Resources"
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            inside = file.relative_to(source)
            if inside.parts[0] not in NOT_INSTALLED and file.suffix not in (".py", ".pyc"):
                build_data["force_include"][str(file)] = f"craniomark/_resources/{inside.as_posix()}"
