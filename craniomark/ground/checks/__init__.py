"""Checks before belief: errors that help, limits in one place, files written whole or not at all."""

from craniomark.ground.checks.errors import InputError
from craniomark.ground.checks.files import can_write, check_free, is_full, told_where_full, written_whole
from craniomark.ground.checks.memory import available_memory, check_memory

__all__ = [
    "InputError",
    "available_memory",
    "can_write",
    "check_free",
    "check_memory",
    "is_full",
    "told_where_full",
    "written_whole",
]
