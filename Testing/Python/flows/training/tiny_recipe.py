"""A recipe of ``train all`` that takes seconds, for processes that tests start."""

from craniomark.flows.training.everything.recipes import Recipe

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
