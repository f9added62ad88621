"""Which models there are, and what one says of itself."""

from typing import Any

from craniomark.flows.jobs.requests import ShowModel
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.scan import told_loading
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf


def show(ask: ShowModel, reports: Reports, shelf: Shelf) -> Result:
    """List the models, or tell all of one."""
    result = _listed() if ask.model is None else _told(ask.model)
    if ask.load:
        _load(ask, reports, shelf)
    return result


def _listed() -> Result:
    from craniomark.flows.bundle import find_bundles

    models = [
        {"name": one.name, "path": str(one.path), "place": one.place, "problem": one.problem,
         "hidden": one.hidden, **(_short(one.manifest) if one.manifest else {})}
        for one in find_bundles()
    ]  # fmt: skip
    return Result(f"{len(models)} models.", None, {}, {"models": models})


def _told(name: str) -> Result:
    from craniomark.flows.bundle import as_json, load_bundle

    bundle = load_bundle(name)
    value = _short(bundle.manifest) | {"manifest": as_json(bundle.manifest)}
    message = f"{bundle.manifest.name} {bundle.manifest.version}: {len(bundle.manifest.labels)} landmarks."
    return Result(message, bundle.source, {}, value)


def _short(manifest: Any) -> dict[str, Any]:
    return {
        "name": manifest.name, "version": manifest.version, "kind": manifest.kind,
        "parts": list(manifest.parts), "species": manifest.species, "licence": manifest.licence,
        "citation": manifest.citation, "landmarks": {one.label: one.definition for one in manifest.landmarks},
    }  # fmt: skip


def _load(ask: ShowModel, reports: Reports, shelf: Shelf) -> None:
    """Load the named model, or the only one of CTs that there is."""
    from pathlib import Path

    from craniomark.flows.bundle import find_bundles
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.request import Request

    found = find_bundles()
    usable = [one for one in found if one.manifest and one.manifest.kind == "ct" and not one.hidden]
    if ask.model is None and len(usable) != 1:
        return
    reports.progress("load the model", 0.1)
    predictor = shelf.predictor(Request(Path(), Options(device=ask.device), ask.model))
    with told_loading(predictor, reports):
        predictor.load(ask.model or str(usable[0].path))
