"""``slicer.i18n``: texts as they are, in English."""


def tr(text: str) -> str:
    """Return the text in the user's language."""
    return str(text)


def translate(context: str, text: str) -> str:
    """Return the text in the user's language, of a context such as ``qSlicerAbstractCoreModule``."""
    assert isinstance(context, str)
    return str(text)


def getContext(sourceFile: str) -> str:
    """Name of the context that a file of Python has."""
    return str(sourceFile).replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".py")
