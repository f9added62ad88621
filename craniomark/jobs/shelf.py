"""Models kept loaded from one job to the next."""

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the process greets before anything slow is imported
    from craniomark.flows.pipeline.predictor import BundlePredictor
    from craniomark.flows.pipeline.request import Request

MOST = 2
"""Sets of models that are kept at once; each may take a GPU's memory."""


class Shelf:
    """Gives out predictors whose models stay loaded as long as their files stay as they are."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, dict[str, Any]] = OrderedDict()

    def predictor(self, request: "Request") -> "BundlePredictor":
        """A predictor for the choices of a request."""
        from craniomark.flows.pipeline.predictor import BundlePredictor

        key = (str(request.model), str(request.atlases), request.options.device, _state(request))
        models = self._kept.pop(key, {})
        for other in [one for one in self._kept if one[:3] == key[:3]]:  # of files that have changed
            del self._kept[other]
        self._kept[key] = models
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return BundlePredictor(request, models=models)


def _state(request: "Request") -> tuple[Any, ...]:
    """Sizes and times of all files that models may come from: a changed one is read again."""
    from craniomark.flows.bundle.search import model_folders

    named = [Path(request.model).expanduser()] if request.model else []
    places = named if named and named[0].exists() else [folder for _, folder in model_folders()]
    places += [request.atlases] if request.atlases else []
    return tuple(state for place in places for state in _states(place))


def _states(place: Path) -> list[tuple[str, int, int]]:
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    found = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        if not file.is_dir():
            found.append((str(file), stat.st_size, stat.st_mtime_ns))
    return found
