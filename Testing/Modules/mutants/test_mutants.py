"""What is planted, and that tests which look away are found out."""

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from mutants.mutant import Mutant
from mutants.plant import planted, some
from mutants.python_mutants import of_python
from mutants.run import run_all
from mutants.ui_mutants import of_ui

EXAMPLE = Path("Testing/Modules/example/Example")
PANEL = '''
class PanelWidget:
    """A panel."""

    def setup(self):
        self.ui.one.connect("clicked()", self.onOne)
        for button, action in ((self.ui.two, self.onTwo), (self.ui.three, self.onThree)):
            button.connect("clicked()", guarded(self.message, action))
        self.timer.connect("timeout()", lambda: self.onOne())

    def onOne(self):
        self.ui.label.text = "one"

    def onTwo(self, checked=False):
        """Do."""
        self.onOne()

    def onThree(self): self.node.limit = 3
'''


@pytest.fixture(scope="module")
def mutants(repository):
    return planted(repository, [EXAMPLE])


def kinds_of(text):
    return Counter(mutant.kind for mutant in of_python(Path("x.py"), text, frozenset({"limit"})))


def test_every_connection_handler_and_name_is_taken():
    found = kinds_of(PANEL)
    assert found["connection lost"] == 3 + 2  # calls, and rows of the loop
    assert found["signal misspelt"] == 3
    assert found["slow handler"] == found["widget touched from a thread"] == 3
    assert found["handler arity"] == 3 + 1
    assert found["widget misspelt"] == 3 + 1
    assert found["property misspelt"] == 1 and found["parameter misspelt"] == 1
    assert found["receiver swapped"] == 2


def test_mutants_are_programs_and_differ(mutants, repository):
    for mutant in mutants:
        assert mutant.text != (repository / mutant.file).read_text(encoding="utf-8"), str(mutant)
        if mutant.file.suffix == ".py":
            ast.parse(mutant.text)
    assert len({mutant.text for mutant in mutants}) == len(mutants)


def test_each_kind_of_a_module_is_there(mutants):
    found = Counter(mutant.kind for mutant in mutants)
    names = """connection lost, connection misspelt, default changed, handler arity, parameter lost,
        parameter misspelt, parameters swapped, property misspelt, receiver swapped, signal misspelt,
        slow handler, value flipped, widget misspelt, widget renamed, widget touched from a thread"""
    assert set(found) == {" ".join(name.split()) for name in names.split(",")}
    assert found["parameter lost"] == 7 and len(mutants) > 150


def test_names_that_nothing_uses_are_not_renamed():
    text = '<ui><widget class="QLabel" name="quiet"/></ui>'
    assert list(of_ui(Path("x.ui"), text, "self.ui.loud")) == []
    assert [m.what for m in of_ui(Path("x.ui"), text, "self.ui.quiet")] == ["quiet"]


def test_a_sample_has_each_kind_and_is_the_same_again(mutants):
    chosen = some(mutants, 1, 3)
    assert {m.kind for m in chosen} == {m.kind for m in mutants} and len(chosen) == len(
        {m.kind for m in mutants}
    )
    assert chosen == some(mutants, 1, 3) and chosen != some(mutants, 1, 4)


@pytest.fixture
def small(tmp_path):
    """Make a repository with a weak test: of two functions it looks at one."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "sums.py").write_text("def one():\n    return 1\n\n\ndef two():\n    return 2\n")
    (tmp_path / "code" / "test_sums.py").write_text(
        "import sys; from pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent))\n"
        "def test_one():\n    from sums import one\n    assert one() == 1\n"
    )
    return tmp_path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can not be forked here")
def test_survivors_and_endless_tests_are_told_apart(small):
    text = (small / "code" / "sums.py").read_text()
    file = Path("code/sums.py")
    planted_here = [
        None,
        Mutant("value", file, 2, "one", text.replace("return 1", "return 9")),
        Mutant("value", file, 6, "two", text.replace("return 2", "return 9")),
        Mutant("hang", file, 2, "one", text.replace("return 1", "while True: pass")),
    ]
    verdicts = run_all(small, planted_here, [Path("code")], ["code", "-c", os.devnull], limit=30.0)
    assert [verdict.caught for verdict in verdicts] == [False, True, False, True]
    assert (small / "code" / "sums.py").read_text() == text
