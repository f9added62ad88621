"""Keys do on the page what they do on the desktop."""

import pytest

from craniomark.web.actions import Actions
from craniomark.web.keys import KEYS, action_of, script, shown_keys


@pytest.mark.parametrize(("key", "action"), [("n", "next"), ("N", "next"), ("Enter", "specimen"), ("x", "")])
def test_a_key_has_an_action(key, action):
    assert action_of(key) == action


def test_no_key_does_two_things():
    assert len({key.key for key in KEYS}) == len(KEYS)


def test_each_key_can_be_done(opened, views):
    assert {key.action for key in KEYS} <= set(Actions(opened, views).names)


def test_the_letters_are_those_of_the_desktop(repository):
    text = (repository / "AutoLandmark" / "Resources" / "UI" / "AutoLandmark.ui").read_text(encoding="utf-8")
    for part in text.split('<property name="shortcut">')[1:]:
        letter = part.split("<string>")[1].split("<")[0]
        assert action_of(letter), letter


def test_the_page_sends_the_keys_that_are_shown():
    assert all(f'"{key.key}"' in script() for key in KEYS) and len(shown_keys()) == len(KEYS)
