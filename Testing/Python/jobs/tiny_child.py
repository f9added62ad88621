"""The job process as it is, but for a recipe and a template that take seconds."""

import sys
from functools import partial
from pathlib import Path

from craniomark.jobs import serve

sys.path.append(str(Path(__file__).parents[1] / "flows" / "training"))


def main() -> None:
    """Serve; what an interpreter would be told comes first in the arguments."""
    from tiny_recipe import TINY

    from craniomark.engine.diffeo.climb import Level
    from craniomark.engine.diffeo.register import Recipe, flow_between
    from craniomark.flows.template import average, crossfit
    from craniomark.flows.training.everything import settings

    settings.read_recipe = lambda _name: TINY  # type: ignore[attr-defined]
    coarse = Recipe((Level(0.8, 3.0, 10, 0.1),), blocks=None)
    average.flow_between = partial(flow_between, recipe=coarse)  # type: ignore[attr-defined]
    crossfit.STARTS = 1
    sys.exit(serve.main(sys.argv[sys.argv.index("craniomark.jobs") + 1 :]))


if __name__ == "__main__":
    main()
