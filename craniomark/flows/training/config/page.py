"""The tables of docs/reference/training.md, made from the settings themselves.

``python -m craniomark.flows.training.config.page docs/reference/training.md`` renews them.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.config.show import Row, default_values, group_rows, rows_of, setting_rows
from craniomark.flows.training.registry import MODULES, task_entry, task_names

_PART = re.compile(r"(<!-- settings of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
COMMON, EVERYTHING = "common", "all"


def renewed(page: str) -> str:
    """The page with the tables between its marks made anew."""
    return _PART.sub(lambda match: match[1] + _table(match[2]) + match[3], page)


def table_names() -> list[str]:
    """Names of the page's tables: what all tasks have, each task's own, those of ``train all``."""
    return [COMMON, *(name for name in task_names() if name in MODULES), EVERYTHING]


def _table(name: str) -> str:
    if name == EVERYTHING:
        from craniomark.flows.training.everything.settings import EverythingSettings

        return _framed(rows_of(EverythingSettings))
    entry = task_entry(table_names()[1] if name == COMMON else name)
    values = None if name == COMMON else default_values(entry)
    rows = [row for row in setting_rows(entry, values) if _is_common(row) == (name == COMMON)]
    if name != COMMON:
        rows = [*group_rows(entry), *rows]
    return _framed(rows)


def _framed(rows: Sequence[Row]) -> str:
    return f"\n| key | default | values | meaning |\n|---|---|---|---|\n{_markdown(rows)}\n\n"


def _is_common(row: Row) -> bool:
    return row.key.startswith("loop.") or row.key in RunSettings.__dataclass_fields__


def _markdown(rows: Sequence[Row]) -> str:
    cells = [[cell.replace("|", "\\|") for cell in (r.key, r.value, r.kind, r.about)] for r in rows]
    return "\n".join(f"| `{key}` | `{value}` | {kind} | {about} |" for key, value, kind, about in cells)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
