import pytest
from toy_task import settings_of

from craniomark.flows.training.settings import LoopSettings


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("steps", 0, "at least 1"),
        ("steps", 1.5, "a whole number"),
        ("steps", True, "a whole number"),
        ("seed", -1, "at least 0"),
        ("learning_rate", 0.0, "above 0"),
        ("learning_rate", float("nan"), "above 0"),
        ("weight_decay", -1.0, "from 0"),
        ("schedule", "linear", "cosine, constant"),
        ("warmup_steps", 30, "less than steps"),
        ("gradient_clip", -1.0, "0 or more"),
        ("precision", "16", "auto, 32, bf16"),
        ("validate_every", 0, "at least 1"),
        ("keep_checkpoints", 1, "at least 2"),
        ("device", "tpu", "auto, cpu, cuda"),
        ("devices", 0, "at least 1"),
        ("strategy", "fsdp", "begins with ddp"),
        ("average_weights", 1.0, "below 1"),
        ("result", "first", "last, best"),
        ("restarts", -1, "at least 0"),
    ],
)
def test_value_that_is_not_allowed_is_told_with_what_is(field, value, allowed):
    with pytest.raises(ValueError, match=f"{field} is .*{allowed}"):
        settings_of(**{field: value})


def test_defaults_are_allowed():
    assert LoopSettings().steps > 0
