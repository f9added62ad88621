"""How the command ends: one place for exit codes and for what is told on stderr.

0 done; 1 own failure; 2 bad input or arguments; 3 finished, some specimens refused; 4 stopped by a
stop file; 130 Ctrl-C.
"""

import sys
import traceback
from collections.abc import Sequence

import typer

from craniomark.ground.checks import InputError

DONE, OWN_FAILURE, BAD_INPUT, SOME_REFUSED, STOPPED, INTERRUPTED = 0, 1, 2, 3, 4, 130

_INTERRUPTED = "Interrupted: nothing half-written was left."


class SomeRefused(Exception):  # noqa: N818 - an ending, not an error
    """The run finished, but some specimens were refused."""


def run(app: typer.Typer, arguments: Sequence[str], debug: bool = False) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    app : typer.Typer
        The application.
    arguments : sequence of str
        Without the program's name.
    debug : bool
        Show where an error arose.
    """
    try:
        command = typer.main.get_command(app)
        code = command.main(list(arguments), prog_name="craniomark", standalone_mode=False)
        if code == INTERRUPTED:  # what some versions of Typer make of Ctrl-C
            _tell(_INTERRUPTED)
        return code if isinstance(code, int) else DONE
    except (KeyboardInterrupt, typer.Abort):
        _tell(_INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe went away, as `head` does: not worth a message
        return DONE
    except BaseException as error:
        if debug and not isinstance(error, SystemExit | SomeRefused):
            traceback.print_exc()
        code, sentence = _ending(error)
        _tell(sentence)
        return code


def _ending(error: BaseException) -> tuple[int, str]:
    if isinstance(error, InputError):
        return BAD_INPUT, str(error)
    if isinstance(error, SomeRefused):
        return SOME_REFUSED, str(error)
    if type(error).__name__ == "Stopped":  # its module is not imported by commands that can't be stopped
        return STOPPED, _sentence(str(error))
    exit_code = getattr(error, "exit_code", None)
    # Typer may or may not bring its own click, so that these errors are told by what they can do.
    if hasattr(error, "format_message"):
        return BAD_INPUT, _usage(error)
    if isinstance(exit_code, int):
        return exit_code, ""
    if isinstance(error, SystemExit):
        return (error.code, "") if isinstance(error.code, int) else (OWN_FAILURE, str(error.code or ""))
    if isinstance(error, MemoryError):
        return BAD_INPUT, "There is too little memory for this input: close other programs or crop the scan."
    told = f"{type(error).__name__}: {error}".rstrip(": .")
    return OWN_FAILURE, f"CranioMark failed ({told}); run it again with --debug and report what it shows."


def _usage(error: BaseException) -> str:
    """One sentence for wrong arguments, with where to read on; the help where there are none."""
    context = getattr(error, "ctx", None)
    message = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        return message  # the help itself, as it is laid out
    message = " ".join(message.split()).rstrip(".")
    path = context.command_path if context else "craniomark"
    return f"{message}: see `{path} --help`."


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def _tell(sentence: str) -> None:
    if sentence:
        print(sentence, file=sys.stderr)
