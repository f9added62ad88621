"""The job process as it is, but for a recipe and a template that take seconds."""

import sys
from functools import partial

from craniomark.flows.training.everything.recipes import Recipe
from craniomark.jobs import serve

SHORT = ("loop.steps=2", "loop.warmup_steps=0", "loop.validate_every=2", "loop.tensorboard=false")
SMALL = ("model.unet.filters=[8,16]", "loop.restarts=0", *SHORT)
TINY = Recipe(
    members=2,
    rounds=1,
    orient=("recipe=quick", *SHORT),
    rough=(*SMALL, "model.spacing=2", "landmarks.rough=4", "landmarks.worse=1000"),
    landmark=(*SMALL, "model.spacing=1.2", "landmarks.worse=1000"),
    focus=(*SMALL, "samples.patches=8", "focus.worse=1000"),
)


def main() -> None:
    """Serve; what an interpreter would be told comes first in the arguments."""
    from craniomark.engine.deform import Level, register_deformable
    from craniomark.flows.template import average, crossfit
    from craniomark.flows.training.everything import settings

    settings.read_recipe = lambda _name: TINY  # type: ignore[attr-defined]
    average.register_deformable = partial(register_deformable, levels=(Level(0.8, 3.0, 10, 0.1),))  # type: ignore[attr-defined]
    crossfit.STARTS = 1
    sys.exit(serve.main(sys.argv[sys.argv.index("craniomark.jobs") + 1 :]))


if __name__ == "__main__":
    main()
