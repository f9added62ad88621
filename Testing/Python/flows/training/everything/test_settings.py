"""Words of ``train all``: typed, and refused with the nearest valid one."""

import pytest

from craniomark.flows.training.everything.recipes import Recipe, read_recipe, recipe_names
from craniomark.flows.training.everything.settings import recorded, settings_of
from craniomark.ground.checks import InputError


def test_words_become_settings() -> None:
    settings, recipe = settings_of(["data=scans", "out=run", "recipe=quick", "seed=3", "cache=null"])
    assert (settings.data, settings.out, settings.seed, settings.cache) == ("scans", "run", 3, None)
    assert recipe == read_recipe("quick")


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_can_be_read(name: str) -> None:
    assert read_recipe(name).members >= 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["data=a"], "out is missing"),
        (["out=a"], "data is missing"),
        (["dta=a", "out=b"], r"key is dta: did you mean data\.$"),
        (["data=a", "out=b", "recipe=quik"], "give one of default, quick, surface; the nearest is quick"),
        (["data=a", "out=b", "recipe=fast"], "give one of default, quick"),
        (["data=a", "out=b", "seed=-1"], "seed"),
        (["data=a", "out=b", "seed=many"], "whole number"),
        (["data=a", "out=b", "device=tpu"], "auto, cpu, cuda"),
        (["data=a", "out=b", "name=my skulls"], "letters"),
        (["quick"], "key=value"),
    ],
)
def test_wrong_words_are_told(words: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        settings_of(words)


@pytest.mark.parametrize("change", [{"members": 1}, {"rounds": -1}, {"parts": 1}])
def test_a_recipe_that_makes_no_sense_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        Recipe(
            **({"members": 2, "rounds": 1, "orient": (), "rough": (), "landmark": (), "focus": ()} | change)
        )  # type: ignore[arg-type]


def test_where_things_lie_is_not_part_of_what_was_begun() -> None:
    here, elsewhere = (
        recorded(*settings_of([f"data={p}", f"out={p}", f"device={d}", "recipe=quick"]))
        for p, d in (("a", "cpu"), ("b", "auto"))
    )
    assert here == elsewhere
    assert here != recorded(*settings_of(["data=a", "out=a", "recipe=quick", "seed=9"]))
