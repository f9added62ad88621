"""Checks before belief: errors that help, limits in one place, files written whole or not at all."""

from craniomark.ground.checks.errors import InputError
from craniomark.ground.checks.files import written_whole

__all__ = ["InputError", "written_whole"]
