"""Where each landmark lies, in words, read off the mean shape."""

import numpy as np

from craniomark.flows.template.frame import FEWEST_PAIRS, Frame


def described(frame: Frame, labels: tuple[str, ...]) -> dict[str, str]:
    """A sentence for each label, for data sets that bring no definitions of their own.

    It tells the side, the mirrored partner and the place along the skull's length and height. The
    template's axes are LPS, so -y is anterior, +z superior and +x the animal's left.
    """
    low, high = frame.mean.min(0), frame.mean.max(0)
    share = np.round(100 * (frame.mean - low) / np.maximum(high - low, 1e-9)).astype(int)
    sides = _sides(frame, labels)
    return {
        label: f"{sides[row]}{share[row, 1]} % of the landmarks' length from the front, "
        f"{share[row, 2]} % of their height from below"
        for row, label in enumerate(labels)
    }


def _sides(frame: Frame, labels: tuple[str, ...]) -> list[str]:
    structure = frame.structure
    if len(structure.pairs) < FEWEST_PAIRS:
        return [""] * len(labels)
    sides = []
    for row, partner in enumerate(structure.partner):
        if partner == row:
            sides.append("midline; ")
        else:
            side = "left" if frame.mean[row, 0] > 0 else "right"
            sides.append(f"{side}, mirrors {labels[partner]}; " if partner >= 0 else f"{side}; ")
    return sides
