"""Help and acknowledgement of the modules, and the sample data."""

from collections.abc import Sequence
from html import escape

from craniomark.desktop.words import tr

ADDRESS = "https://github.com/CranioMark/SlicerCranioMark"
TUTORIAL = f"{ADDRESS}/blob/main/docs/tutorial/in-slicer.md"
CONTRIBUTORS = ["CranioMark contributors"]
CATEGORY = "Morphometrics"


def help_text(what: str, controls: Sequence[str] = ()) -> str:
    """The text under "Help & Acknowledgement": what the module does, its controls, and where to learn it.

    Parameters
    ----------
    what : str
        A sentence or two.
    controls : sequence of str
        What some controls do, a line each; plain text.
    """
    told = "".join(f"<li>{escape(line)}</li>" for line in controls)
    return (
        f"<p>{what}</p>"
        + (f"<ul>{told}</ul>" if told else "")
        + "<p>"
        + tr('Begin with the <a href="{tutorial}">step-by-step tutorial</a>; it uses sample data.').format(
            tutorial=TUTORIAL
        )
        + " "
        + tr('Questions and faults: <a href="{address}/issues">{address}/issues</a>.').format(address=ADDRESS)
        + "</p>"
    )


def landmark_controls() -> tuple[str, ...]:
    """What the controls of AutoLandmark do whose names don't tell it all."""
    return (
        tr("Accept (A), Missing (M), Undo (U), Redo (R): decide on a point."),
        tr("Next (N), Previous (P), or a click on a line of the table: go to another point."),
        tr("To bone (B): put the point onto the nearest bone surface."),
        tr("Place (D): put the point where the mouse is over a slice."),
        tr("Restore (O): put the point back to where the program had it."),
        tr("Note: a remark on the point under review."),
        tr("Compare with: another digitising over the points, in blue, with its distances in the table."),
        tr("Pause: stop a folder for a while; Go on takes it up again."),
        tr("A double-click on a line of Many scans loads that scan and opens its review."),
        tr("Use reviewed: make a data set for training of all completely reviewed specimens."),
    )


def shape_controls() -> tuple[str, ...]:
    """What the controls of DeepSSMModule do whose names don't tell it all."""
    return (
        tr("Project: one folder keeps what all steps make; a later start goes on with it."),
        tr("Pause: stop a training for a while; Go on training takes it up again."),
        tr("DeepSSM config: a JSON of ShapeWorks' DeepSSM is trained as it is."),
        tr("Signed: red where the prediction lies outside of the true surface, blue inside."),
        tr("Grey below: errors that are too small to matter lose their colour."),
        tr("Read a vertex: click on the predicted surface; the point can be dragged."),
        tr("Uncertainty: what 90 % of the errors stay under, where the networks tell it."),
        tr("Model, to predict by: a shape bundle; where there is one alone, it is used unless you choose."),
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
