"""Info cards of models."""

import json
import re
import shutil

from craniomark.desktop.cards import card_of, model_cards
from craniomark.desktop.samples import sample_scans
from craniomark.desktop.words import together
from craniomark.ground.resources import resource_folder

SHIPPED = resource_folder() / "Models" / "mouse-skull"


def test_the_card_of_the_shipped_model_tells_what_it_needs(monkeypatch):
    monkeypatch.delenv("CRANIOMARK_MODELS", raising=False)
    card = next(card for card in model_cards() if card.path == SHIPPED)
    rows = dict(card.rows())
    told = json.loads((SHIPPED / "bundle.json").read_text())
    assert not card.problem and len(card.labels) == len(told["landmarks"])
    assert f"{len(told['landmarks'])} landmarks" in rows["Gives"]
    assert "mm on average" in rows["Error (left out)"]
    assert "Cite" not in dict(card.rows(whole=False))
    assert rows["Cite"] == told["citation"] and card.definitions[card.labels[0]]


def test_figures_stay_with_their_units():
    assert together("30 % of 4 mm, left") == "30\xa0% of 4\xa0mm, left"


def test_no_figure_stands_alone_on_a_line():
    words = card_of(SHIPPED).html()
    assert not re.search(r"\d (mm|%)", words) and re.search(
        r"\d\xa0mm on average, 95\xa0% below \d\.\d\d\xa0mm", words
    )


def test_a_folder_that_holds_none_says_why(tmp_path):
    card = card_of(tmp_path)
    assert card.problem and card.problem in dict(card.rows())["Problem"] and card.labels == ()


def test_a_card_is_safe_as_rich_text(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "m")
    told = json.loads((tmp_path / "m" / "bundle.json").read_text()) | {"species": "<b>mouse</b> & rat"}
    (tmp_path / "m" / "bundle.json").write_text(json.dumps(told))
    assert "&lt;b&gt;mouse&lt;/b&gt; &amp; rat" in card_of(tmp_path / "m").html()


def test_own_folders_come_first_and_once(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "mine")
    cards = model_cards([tmp_path / "mine", SHIPPED])
    assert [card.path for card in cards[:2]] == [tmp_path / "mine", SHIPPED]
    assert len({card.path for card in cards}) == len(cards)


def test_samples_are_scans_with_checksums():
    scans = sample_scans()
    assert len(scans) == 2 and all(len(one["sha256"]) == 64 for one in scans)
    assert all(one["uri"].startswith("https://") and "-LM" not in one["file"] for one in scans)
