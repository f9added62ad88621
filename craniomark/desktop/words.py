"""Texts in the user's language."""

import re
import sys

CONTEXT = "CranioMark"
_FIGURE = re.compile(r"(?<=\d) (?=(?:mm|specimens|landmarks)\b|%)")


def tr(text: str) -> str:
    """`text` in the language of Slicer; as it is where there is none.

    Give whole sentences with ``{places}``, and fill these in afterwards.
    """
    if "slicer" not in sys.modules:
        return text
    try:
        from slicer.i18n import translate
    except ImportError:  # slicer-core has the scene, but no program
        return text
    return str(translate(CONTEXT, text))


def together(text: str) -> str:
    """`text` with its figures on one line with what they are figures of."""
    return _FIGURE.sub("\N{NO-BREAK SPACE}", text)


def step_words(step: str) -> str:
    """What a job on one scan is at, for a reader; steps that are not known are told as they are."""
    return {
        "": tr("starting"), "begin": tr("starting"), "read": tr("reading the scan"),
        "load the model": tr("loading the model"), "orient": tr("searching the pose"),
        "rough": tr("first landmarks"), "coarse": tr("settling the pose"), "fine": tr("fine landmarks"),
        "landmarks": tr("estimating errors"), "assess": tr("estimating errors"),
        "refine": tr("searching nearby"), "write": tr("writing the results"),
    }.get(step, step)  # fmt: skip


def sentence(error: BaseException) -> str:
    """What a user is told of an error: the sentence of an InputError, or what is wrong with a file."""
    from craniomark.ground.checks import InputError

    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return tr("{where}{what}. Choose another folder, or make room.").format(
            where=where, what=error.strerror or type(error).__name__
        )
    if isinstance(error, MemoryError):
        return tr("There is too little memory for this: close other data, or crop the volume.")
    told = f"{type(error).__name__}: {error}".rstrip(": .")
    return tr("CranioMark failed ({error}). The Python console tells more.").format(error=told)
