"""Help and acknowledgement of the modules, and the sample data."""

from craniomark.desktop.words import tr

ADDRESS = "https://github.com/CranioMark/SlicerCranioMark"
TUTORIAL = f"{ADDRESS}/blob/main/docs/tutorial/in-slicer.md"
CONTRIBUTORS = ["CranioMark contributors"]
CATEGORY = "Morphometrics"


def help_text(what: str) -> str:
    """The text under "Help & Acknowledgement": what the module does, and where to learn it."""
    return (
        f"<p>{what}</p><p>"
        + tr('Begin with the <a href="{tutorial}">step-by-step tutorial</a>; it uses sample data.').format(
            tutorial=TUTORIAL
        )
        + " "
        + tr('Questions and faults: <a href="{address}/issues">{address}/issues</a>.').format(address=ADDRESS)
        + "</p>"
    )


def acknowledgement() -> str:
    """How to cite."""
    import craniomark

    cite = tr("If you use CranioMark, please cite it, together with the model that you used:")
    return (
        f"<p>{cite}</p><p>CranioMark contributors. "
        f"<i>CranioMark: landmarks of skulls with error estimates</i>, "
        f'version {craniomark.__version__}. <a href="{ADDRESS}">{ADDRESS}</a></p>'
    )
