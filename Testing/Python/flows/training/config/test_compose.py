"""Configs: typed, checked, and wrong words refused in one sentence with the nearest that is right."""

from pathlib import Path

import pytest
from toy_training import ENTRY

from craniomark.flows.training.config import keys
from craniomark.flows.training.config.compose import compose, config_of
from craniomark.ground.checks import InputError

NEEDED = ("data=scans", "out=run")


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """YAML groups of the toy task."""
    files = {
        "model/default.yaml": "# As it is.\n",
        "model/small.yaml": "# Small.\nwidth: 1\nsizes: [2]\n",
        "recipe/default.yaml": "# @package _global_\n",
        "recipe/quick.yaml": "# @package _global_\nloop:\n  steps: 7\nmodel:\n  width: 2\n",
        "recipe/typo.yaml": "# @package _global_\nmodel:\n  widht: 2\n",
        "recipe/words.yaml": "# @package _global_\nloop:\n  steps: many\n",
    }
    for name, text in files.items():
        path = tmp_path / "Configs" / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(keys, "resource_folder", lambda: tmp_path)
    return tmp_path


def refused(*words: str) -> str:
    with pytest.raises(InputError) as error:
        compose(ENTRY, [*NEEDED, *words])
    sentence = str(error.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_values_are_set_by_their_keys_and_the_rest_is_default() -> None:
    settings = compose(
        ENTRY, [*NEEDED, "model.width=5", "loop.steps=20", "model.start=hard", "fold=2"]
    ).settings
    assert (settings.model.width, settings.loop.steps, settings.model.start, settings.fold) == (
        5,
        20,
        "hard",
        2,
    )
    assert (settings.data, settings.template, settings.loop.seed, settings.model.deep.depth) == (
        "scans",
        None,
        0,
        1,
    )


def test_settings_are_the_tasks_own_classes_with_tuples_and_numbers_of_their_type() -> None:
    settings = compose(
        ENTRY, [*NEEDED, "model.sizes=[1,2,3]", "model.pair=[1,5]", "loop.precision=32"]
    ).settings
    assert isinstance(settings.model, ENTRY.settings["model"])
    assert settings.model.sizes == (1, 2, 3)
    assert settings.model.pair == (1.0, 5.0) and isinstance(settings.model.pair[0], float)
    assert settings.loop.precision == "32"


def test_groups_are_merged_before_the_recipe_and_words_win(configs: Path) -> None:
    assert configs.is_dir()
    small = compose(ENTRY, [*NEEDED, "model=small"]).settings
    assert (small.model.width, small.model.sizes) == (1, (2,))
    quick = compose(ENTRY, [*NEEDED, "recipe=quick", "model=small"]).settings
    assert (quick.model.width, quick.loop.steps, quick.model.sizes) == (2, 7, (2,))
    assert compose(ENTRY, [*NEEDED, "model.width=9", "recipe=quick"]).settings.model.width == 9


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (
            "model.widht=1",
            "setting is model.widht, which is unknown: the nearest that can be set is model.width.",
        ),
        ("widht=1", "the nearest that can be set is model.width."),
        ("lop.steps=1", "the nearest that can be set is loop.steps."),
        ("+model.colour=red", "model.colour, which is unknown"),
        ("++zebra=1", "zebra, which is unknown: `craniomark train toy --help`"),
        ("loop.steps=many", "loop.steps is 'many': give a whole number."),
        ("loop.steps=1.5", "loop.steps is '1.5': give a whole number."),
        ("loop.steps=null", "loop.steps is 'null': give a whole number."),
        ("loop.learning_rate=nan", "give a number."),
        ("model.flag=perhaps", "give true or false."),
        ("model.kind=sofft", "model.kind is 'sofft': give one of soft, hard; the nearest is soft."),
        ("model.pair=[1]", "give a list of 2 numbers."),
        ("model.sizes=[1,x]", "give a list of whole numbers, e.g. [1,2]."),
        ("model.sizes=3", "give a list of whole numbers"),
        ("model.deep.depth=-1", "model.deep.depth is -1.0: give 0 or more."),
        ("model.deep=3", "set what lies in it, e.g. model.deep.depth"),
        ("model={widht: 3}", "model.widht, which is unknown"),
        ("loop.steps=0", "loop.steps is 0: allowed is a whole number of at least 1."),
        ("fold=5", "fold is 5: give 0 to 4, or null."),
        ("fold=0,1", "add -m for one run of each"),
        ("hydra.nothing=1", "hydra.nothing, which is unknown"),
        ("fold", "argument is 'fold': settings are written key=value."),
        ("--fold=1", "setting is --fold, which is unknown: the nearest that can be set is fold."),
        ("fold=[0", "fold is '[0': give a whole number or null."),
    ],
)
def test_a_wrong_word_is_refused_in_a_sentence(word: str, told: str) -> None:
    assert told in refused(word)


def test_what_must_be_given_is_named() -> None:
    with pytest.raises(InputError, match="data is missing: add data=VALUE"):
        compose(ENTRY, ["out=run"])


def test_an_unknown_option_of_a_group_is_refused_with_the_nearest(configs: Path) -> None:
    assert configs.is_dir()
    assert "recipe is 'quik': choose one of default, quick, typo, words; the nearest is quick." in refused(
        "recipe=quik"
    )


def test_a_wrong_yaml_file_is_named(configs: Path) -> None:
    assert configs.is_dir()
    assert refused("recipe=typo").startswith("recipe/typo.yaml: setting is model.widht, which is unknown")
    assert "loop.steps is 'many': give a whole number." in refused("recipe=words")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("152_10", "152_10"),  # hydra's grammar takes it for the number 15210
        ("2024_11_21", "2024_11_21"),
        ("007", "007"),
        ("1.50", "1.50"),
        ("1e5", "1e5"),
        ("true", "true"),
        ("Tiere mit Ümläuten (2024)/Schädel, links", "Tiere mit Ümläuten (2024)/Schädel, links"),
        ("it's", "it's"),
        ("C:\\my data\\", "C:\\my data\\"),
        ("[x", "[x"),
        ("'quoted'", "quoted"),
        ("a=b", "a=b"),
    ],
)
def test_paths_are_taken_as_they_are_written(written: str, meant: str) -> None:
    assert compose(ENTRY, [f"data={written}", "out=run"]).settings.data == meant


def test_ids_that_look_like_numbers_stay_texts() -> None:
    settings = compose(ENTRY, [*NEEDED, "train_ids=[152_10, 152_11,1.50,'a b',x]"]).settings
    assert settings.train_ids == ("152_10", "152_11", "1.50", "a b", "x")


def test_hydras_own_words_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANS", "somewhere")
    settings = compose(ENTRY, ["data=${oc.env:SCANS}", "out=run", "model={width: 4}", "~fold"]).settings
    assert (settings.data, settings.model.width, settings.fold) == ("somewhere", 4, 0)


def test_a_config_comes_back_from_its_plain_values() -> None:
    config = compose(ENTRY, [*NEEDED, "model.sizes=[5]", "fold=null"])
    assert config.plain["model"]["sizes"] == [5]
    assert config_of(ENTRY, config.plain).settings == config.settings


def test_plain_values_with_an_unknown_key_are_refused() -> None:
    plain = compose(ENTRY, NEEDED).plain
    with pytest.raises(InputError, match=r"model\.widht, which is unknown: the nearest .* model\.width"):
        config_of(ENTRY, plain | {"model": {"widht": 3}})


def test_nothing_is_written_and_the_folder_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    compose(ENTRY, NEEDED)
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []
