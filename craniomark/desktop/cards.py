"""What a model says of itself, for an info card."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from craniomark.desktop.words import together, tr
from craniomark.flows.bundle import Manifest, find_bundles, read_manifest
from craniomark.ground.checks import InputError


@dataclass(frozen=True)
class ModelCard:
    """A model in a list.

    Attributes
    ----------
    name : str
        As the list shows it.
    path : Path
        Of the bundle; jobs take it as their model.
    manifest : Manifest or None
        What it says of itself.
    problem : str
        Why it can't be used; empty where it can.
    """

    name: str
    path: Path
    manifest: Manifest | None
    problem: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of its landmarks."""
        return tuple(one.label for one in self.manifest.landmarks) if self.manifest else ()

    @property
    def definitions(self) -> dict[str, str]:
        """Where each landmark lies, in words."""
        return {one.label: one.definition for one in self.manifest.landmarks} if self.manifest else {}

    def rows(self, whole: bool = True) -> list[tuple[str, str]]:
        """Heading and text of each line; without `whole` those alone that tell whether it fits."""
        told = self.manifest
        if told is None:
            return [(tr("Problem"), self.problem)]
        kind = tr("CT volumes") if told.kind == "ct" else tr("surface models")
        if "shape" in told.parts:
            kind = tr("CT volumes and surface models")
        low, high = told.size_range_mm
        known = {
            "orient": tr("orientation"), "landmark": tr("landmarks"), "focus": tr("fine landmarks"),
            "orient_network": tr("networks"), "landmark_networks": tr("networks"),
            "shape": tr("whole surfaces"),
        }  # fmt: skip
        parts = ", ".join(dict.fromkeys(known.get(part, part) for part in told.parts))
        reads = tr("{kind}, skulls of {low:.0f} to {high:.0f} mm")
        rows = [
            (tr("Made from"), told.species),
            (tr("Reads"), reads.format(kind=kind, low=low, high=high)),
            (tr("Gives"), tr("{count} landmarks ({parts})").format(count=len(told.landmarks), parts=parts)),
            (tr("Error (left out)"), _error_words(told)),
            (tr("Trained on"), tr("{count} specimens").format(count=len(told.training))),
        ]  # fmt: skip
        if whole:
            rows += [(tr("Licence"), told.licence), (tr("Cite"), told.citation)]
        return [row for row in rows if row[1]]

    def html(self, whole: bool = True) -> str:
        """The card as rich text."""
        title = f"<b>{escape(self.name)}</b>"
        if self.manifest:
            title += f" {escape(self.manifest.version)}"
        lines = "".join(
            f"<tr><td style='padding-right:8px'><i>{head}</i></td><td>{together(text)}</td></tr>"
            for head, text in ((escape(head), escape(text)) for head, text in self.rows(whole))
        )
        return f"{title}<table>{lines}</table>"


def _error_words(told: Manifest) -> str:
    """Out-of-fold error of the best method that is told."""
    held = told.figures.get("out_of_fold")
    methods = held.values() if isinstance(held, dict) else ()
    found = [one for one in methods if isinstance(one, dict) and isinstance(one.get("mean_mm"), int | float)]
    if not found:
        return ""
    best = min(found, key=lambda one: one["mean_mm"])
    words = tr("{mean:.2f} mm on average").format(mean=best["mean_mm"])
    if isinstance(best.get("p95_mm"), int | float):
        words += tr(", 95 % below {p95:.2f} mm").format(p95=best["p95_mm"])
    return words


def model_cards(extra: Iterable[Path] = ()) -> list[ModelCard]:
    """Cards of all models: those in `extra` folders first, then those on the search path."""
    cards = [card_of(path) for path in extra]
    known = {card.path.resolve() for card in cards}
    for found in find_bundles():
        if not found.hidden and found.path.resolve() not in known:
            cards.append(ModelCard(found.name, found.path, found.manifest, found.problem))
    return cards


def card_of(path: Path) -> ModelCard:
    """The card of the bundle in a folder; one that can't be read says why."""
    try:
        manifest = read_manifest(path)
    except InputError as error:
        return ModelCard(path.name, path, None, str(error))
    return ModelCard(manifest.name, path, manifest)
