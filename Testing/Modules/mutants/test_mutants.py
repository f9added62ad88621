"""What is planted, and that tests which look away are found out."""

import ast
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from mutants.__main__ import main
from mutants.kept import Log, exceptions, state_of
from mutants.mutant import Mutant
from mutants.plant import planted, some
from mutants.python_mutants import of_python
from mutants.python_source import foreign
from mutants.reach import reached
from mutants.run import Verdict, observed, run_all
from mutants.seen import Watched, chosen_for, read_tests, write_tests
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
    assert found["receiver swapped"] == 2 and found["wrapper lost"] == 1


TABLES = """
class Panel:
    def inline(self):
        for signal, button, action in (("clicked()", ui.a, self.one), ("toggled(bool)", ui.b, self.two)):
            button.connect(signal, action)

    def before(self):
        rows = [(ui.a, self.one), (ui.b, partial(self.two, 3))]
        for number, (button, action) in enumerate(rows):
            button.connect("clicked()", action)

    def pairs(self):
        for button, action in {ui.a: self.one, ui.b: self.two, ui.c: self.two}.items():
            button.connect("clicked()", guarded(line, action))

    def same(self):
        for button in (ui.a, ui.b):
            button.connect("clicked()", self.one)

    def one(self): pass
    def two(self): pass
"""


def of_kind(text, kind):
    return [m for m in of_python(Path("x.py"), text) if m.kind == kind]


def between(text, method):
    """The lines of a method."""
    return text.split(f"def {method}(")[1].split("def ")[0]


@pytest.mark.parametrize(("method", "rows"), [("inline", 2), ("before", 2), ("pairs", 3), ("same", 2)])
def test_each_row_of_a_table_is_a_connection(method, rows):
    lost = [
        m for m in of_kind(TABLES, "connection lost") if between(m.text, method) != between(TABLES, method)
    ]
    assert len(lost) == rows + 1  # and the call in the loop
    for mutant in lost:
        ast.parse(mutant.text)


def test_rows_without_a_row_are_rows_still():
    text = "rows = [(1, 2), (3, 4)]\nfor a, b in rows:\n    a.connect('x()', b)\n"
    for mutant in of_kind(text, "connection lost")[1:]:
        scope = {}
        exec(mutant.text.split("for a")[0], scope)
        assert len(scope["rows"]) == 1


def test_handlers_of_rows_are_swapped_by_their_column():
    swapped = [m.what for m in of_kind(TABLES, "receiver swapped")]
    assert "'clicked()', ui.a, self.one: self.two instead" in swapped
    assert "ui.a, self.one: partial(self.two, 3) instead" in swapped
    assert "ui.c, self.two: self.one instead" in swapped
    assert not [what for what in swapped if what.startswith("ui.a:")]  # one handler for all


def test_signals_of_rows_are_misspelt():
    found = [m.what for m in of_kind(TABLES, "signal misspelt")]
    assert found.count("clicked() in 'clicked()', ui.a, self.one") == 1
    assert len(found) == 2 + 3


WRAPPED = """
class Panel:
    def setup(self):
        ui.a.connect("clicked()", guarded(self.line, self.one))
        ui.b.connect("clicked()", guarded(self.line, partial(self.two, 3)))
        ui.c.connect("clicked()", guarded(self.line, lambda: self.one()))
        ui.d.connect("clicked()", self.models.browse)
        self.board.listen(self.heard)
        self.picker = Picker(ui.e, self.two, self.one())
        self.line.text = self.wide

    @property
    def wide(self): return 3

    def one(self): pass
    def two(self): pass
    def heard(self): pass
"""


def test_wrapped_handlers_are_found_swapped_and_unwrapped():
    assert {m.what for m in of_kind(WRAPPED, "slow handler")} == {"one", "two", "heard"}
    swapped = [m.text for m in of_kind(WRAPPED, "receiver swapped")]
    assert any("guarded(self.line, self.two)" in text for text in swapped)
    assert any("partial(self.models.browse, 3)" in text for text in swapped)
    assert len(of_kind(WRAPPED, "wrapper lost")) == 3
    assert any('connect("clicked()", self.one)' in m.text for m in of_kind(WRAPPED, "wrapper lost"))
    assert [m.line for m in of_kind(WRAPPED, "handler arity") if "lambda" in m.what] == [6]


def test_methods_that_are_handed_on_are_lost():
    lost = of_kind(WRAPPED, "callback lost")
    assert [m.what for m in lost] == ["heard in Panel.setup", "two in Panel.setup"]
    assert "listen((lambda *_, **__: None))" in lost[0].text


def test_handlers_of_other_files_are_planted_there():
    assert foreign(WRAPPED) == {"browse"}
    text = "class Picker:\n    def browse(self):\n        ask()\n"
    assert not list(of_python(Path("x.py"), text))
    assert {m.kind for m in of_python(Path("x.py"), text, called=foreign(WRAPPED))} == {
        "slow handler", "widget touched from a thread", "handler arity",
    }  # fmt: skip


def test_only_what_a_module_uses_is_planted():
    texts = {
        Path("Panel/Panel.py"): "from lib import one\nimport lib.two\n",
        Path("Panel/Panel.ui"): "<ui/>",
        Path("lib/one.py"): "from lib.three import x\nload('Shared.ui')",
        Path("lib/two.py"): "from lib import Panel",
        Path("lib/three.py"): "from lib import one",
        Path("lib/other.py"): "import lib.one",
        Path("UI/Shared.ui"): "<ui/>",
        Path("UI/Other.ui"): "<ui/>",
    }
    home = [Path("Panel/Panel.py"), Path("Panel/Panel.ui")]
    assert {*reached(home, texts)} == {*texts} - {Path("lib/other.py"), Path("UI/Other.ui")}


def test_the_tests_that_run_a_function_judge_it_the_likeliest_first():
    text = "def one():\n    ui.goButton\n\ndef two():\n    pass\n"
    file = Path("x.py")
    tests = [
        Watched("slow", "", 9.0, {("x.py", 1, "one")}),
        Watched("quick", "", 1.0, {("x.py", 1, "one")}),
        Watched("names it", "ui.goButton.click()", 20.0, {("x.py", 1, "one")}),
        Watched("other", "ui.goButton", 0.1, {("x.py", 4, "two")}),
        Watched("unknown", "", 30.0, set(), failed=True),
    ]
    assert chosen_for(Mutant("k", file, 2, "goButton in one", text), tests) == [
        "names it", "quick", "slow", "unknown",
    ]  # fmt: skip
    assert {*chosen_for(Mutant("k", Path("x.ui"), 2, "goButton", text), tests)} == {t.name for t in tests}
    assert {*chosen_for(Mutant("k", Path("y.py"), 2, "", text), tests)} == {t.name for t in tests}


def test_of_loud_mistakes_the_quickest_test_that_runs_the_line_is_asked_first():
    text = "def one():\n    if a:\n        ui.goButton\n"
    file, ran = Path("x.py"), {("x.py", 1, "one")}
    tests = [
        Watched("names it", "ui.goButton.click()", 3.0, ran, {("x.py", 2), ("x.py", 3)}),
        Watched("quick", "", 1.0, ran, {("x.py", 2), ("x.py", 3)}),
        Watched("quickest", "", 0.1, ran, {("x.py", 2)}),
    ]
    loud = Mutant("widget misspelt", file, 3, "goButton in one", text)
    assert chosen_for(loud, tests) == ["quick", "names it"] and chosen_for(loud, tests, 1) == ["quick"]
    quiet = Mutant("receiver swapped", file, 3, "goButton in one", text)
    assert chosen_for(quiet, tests) == ["names it", "quick"]


def test_what_was_seen_is_kept_for_the_same_code(tmp_path):
    test, path = Watched("a", "b", 1.0, {("x.py", 1, "one")}, {("x.py", 2)}, True), tmp_path / "seen.json"
    write_tests(path, [test], "now")
    assert read_tests(path, "now") == [test] and read_tests(path, "later") == []
    assert read_tests(tmp_path / "none") == []
    (tmp_path / "x.py").write_text("1")
    before = state_of(tmp_path, [Path()])
    (tmp_path / "x.py").write_text("2")
    assert state_of(tmp_path, [Path()]) != before


def test_the_log_names_the_test_that_noticed(tmp_path):
    words = "..\nFAILED a.py::test_b (call)\n    assert x\nE   assert 1 == 2\nE   more\n"
    Log(tmp_path / "log").note(Verdict(Mutant("k", Path("x.py"), 1, "what", "text"), True, words, 1.0))
    assert json.loads((tmp_path / "log").read_text())["why"] == "a.py::test_b (call) assert 1 == 2"


def test_verdicts_are_kept_until_the_mutant_changes(tmp_path):
    mutant = Mutant("k", Path("x.py"), 1, "what", "text")
    log = Log(tmp_path / "log")
    log.note(Verdict(mutant, True, "", 1.0))
    log.note(Verdict(Mutant("k", Path("x.py"), 1, "alive", "text"), False, "", 1.0))
    again = Log(tmp_path / "log")
    assert again.caught(mutant)
    assert not again.caught(Mutant("k", Path("x.py"), 1, "what", "another text"))
    assert not again.caught(Mutant("k", Path("x.py"), 1, "alive", "text"))
    assert not Log(None).caught(mutant)


def test_what_changes_nothing_has_a_reason(tmp_path):
    path = tmp_path / "equivalent.txt"
    path.write_text("# about\n\nx.py: lost: a#b # it is never asked\n")
    assert exceptions(path) == {"x.py: lost: a#b"}
    path.write_text("x.py: lost: a\n")
    with pytest.raises(ValueError, match="tells no reason"):
        exceptions(path)


def test_mutants_are_programs_and_differ(mutants, repository):
    for mutant in mutants:
        assert mutant.text != (repository / mutant.file).read_text(encoding="utf-8"), str(mutant)
        if mutant.file.suffix == ".py":
            ast.parse(mutant.text)
    assert len({mutant.text for mutant in mutants}) == len(mutants)


def test_each_kind_of_a_module_is_there(mutants):
    found = Counter(mutant.kind for mutant in mutants)
    names = """callback lost, connection lost, connection misspelt, default changed, handler arity,
        parameter lost, parameter misspelt, parameters swapped, property misspelt, receiver swapped,
        signal misspelt, slow handler, value flipped, widget misspelt, widget renamed,
        widget touched from a thread"""
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can not be forked here")
def test_what_tests_run_is_seen(small):
    (test,) = observed(small, [Path("code")], ["code", "-c", os.devnull], 60.0)
    assert test.name.endswith("::test_one") and "one() == 1" in test.text and not test.failed
    assert ("code/sums.py", 1, "one") in test.functions and ("code/sums.py", 5, "two") not in test.functions


PANEL_TEST = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
import panel

class Button:
    def connect(self, signal, action):
        assert signal == "clicked()"
        self.action = action

class Ui:
    def __init__(self):
        self.one, self.two = Button(), Button()

def test_one(monkeypatch):
    shown = panel.Panel(Ui())
    shown.ui.one.action()
    assert shown.said == ["one"]
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can not be forked here")
def test_mutants_survive_weak_tests_until_they_are_listed(small, capsys):
    (small / "code" / "sums.py").unlink()
    (small / "code" / "test_sums.py").write_text(PANEL_TEST)
    (small / "code" / "panel.py").write_text(
        "class Panel:\n    def __init__(self, ui):\n        self.ui, self.said = ui, []\n"
        "        for button, action in ((ui.one, self.on), (ui.two, self.off)):\n"
        "            button.connect('clicked()', action)\n\n"
        "    def on(self):\n        self.said.append('one')\n\n"
        "    def off(self):\n        self.said.append('two')\n"
    )
    words = ["code", "--tests", "code", "--root", str(small), "--copy", "--kinds", "connection lost",
             "receiver swapped", "--log", str(small / "log")]  # fmt: skip
    (small / "pytest.ini").write_text("[pytest]\n")
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "3 of 5 mutants caught" in said
    survived = [line.split(": ", 1)[1] for line in said.splitlines() if line.startswith("survived: ")]
    assert [name.partition(":")[0] for name in survived] == ["code/panel.py"] * 2
    listed = small / "equivalent.txt"
    names = [f"{name.split(':')[0]}:{name.split(':', 2)[2]} # nobody presses it" for name in survived]
    listed.write_text("\n".join(names))
    assert main([*words, "--equivalent", str(listed)]) == 0
    assert "3 of 5 mutants caught, 2 change nothing" in capsys.readouterr().out
