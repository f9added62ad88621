"""Choices that every command takes: --quiet and --debug, before or after the command's name."""

from collections.abc import Sequence
from dataclasses import dataclass

FLAGS = ("--quiet", "-q", "--debug")


@dataclass
class Settings:
    """What was chosen for this run of the program."""

    quiet: bool = False
    debug: bool = False


settings = Settings()


def taken(arguments: Sequence[str]) -> list[str]:
    """Take the flags out of `arguments`, up to a ``--``, and keep them in `settings`."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    before = list(arguments[:end])
    settings.quiet = "--quiet" in before or "-q" in before
    settings.debug = "--debug" in before
    return [one for one in before if one not in FLAGS] + list(arguments[end:])
