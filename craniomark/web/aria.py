"""What programs that read a page aloud are told: names and roles that trame has no arguments for."""

from html import escape
from typing import Any


def aria(label: str = "", role: str = "", **more: str) -> dict[str, Any]:
    """Arguments of a widget: its name, its role, and further attributes of ARIA.

    Parameters
    ----------
    label, role : str
        Words; empty for none.
    **more : str
        Such as ``live="polite"``. A value that begins with ``=`` is an expression of the page.
    """
    told = {"role": role} if role else {}
    told |= {"aria-label": label} if label else {}
    told |= {f"aria-{name}": value for name, value in more.items()}
    return {"raw_attrs": [_written(name, value) for name, value in told.items()]}


def _written(name: str, value: str) -> str:
    bound = value.startswith("=")
    return f'{":" if bound else ""}{name}="{escape(value.removeprefix("="))}"'
