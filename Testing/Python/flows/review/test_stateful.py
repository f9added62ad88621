"""Any row of commands: undo, redo, saving and reopening agree with a list of whole states."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from small_review import LABELS, given_landmarks

from craniomark.flows.review import Desk, open_review
from craniomark.flows.review.parse import parse_session
from craniomark.ground.landmarks import Annotation, LandmarkSet

labels = st.sampled_from(LABELS)
places = st.tuples(*[st.floats(-50, 50)] * 3)


class Reviewing(RuleBasedStateMachine):
    """The model keeps every state as a whole; the session keeps changes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.session = open_review(self.folder, "skull", Desk("Anna"), landmarks=given_landmarks())
        self.states = [dict(self.session.points)]
        self.names: list[str] = []
        self.at = 0

    def did(self, change) -> None:
        now = dict(self.session.points)
        if change is None:
            assert now == self.states[self.at]
            return
        assert now != self.states[self.at]
        self.states[self.at + 1 :], self.names[self.at :] = [now], [change.what]
        self.at += 1

    @rule(label=labels, place=places)
    def move(self, label, place):
        self.did(self.session.move(label, place))
        assert np.allclose(self.session.points[label].position, place)

    @rule(some=st.lists(labels, min_size=1))
    def accept(self, some):
        self.did(self.session.accept(*some))
        assert all(self.session.points[label].reviewed for label in some)

    @rule(label=labels)
    def set_missing(self, label):
        self.did(self.session.set_missing(label))

    @rule(some=st.lists(labels, min_size=1))
    def restore(self, some):
        self.did(self.session.restore(*some))

    @rule(label=labels, text=st.sampled_from(["", "a", "b | c", "status=ok"]))
    def note(self, label, text):
        self.did(self.session.note(label, text))

    @rule(label=labels, place=places, asked=st.booleans())
    def refine(self, label, place, asked):
        given = LandmarkSet((label,), np.array([place]), {label: Annotation(0.2, "ok", "refined")})
        self.did(self.session.take(given, only=[label] if asked else None))

    @rule()
    def undo(self):
        change = self.session.undo()
        assert (change is None) == (self.at == 0)
        if change:
            self.at -= 1
            assert change.what == self.names[self.at]

    @rule()
    def redo(self):
        change = self.session.redo()
        assert (change is None) == (self.at == len(self.names))
        if change:
            assert change.what == self.names[self.at]
            self.at += 1

    @rule()
    def reopen(self):
        self.session.close()
        self.session = open_review(self.folder, "skull", Desk("Anna"), landmarks=given_landmarks())
        assert not self.session.notes

    @invariant()
    def the_session_is_as_the_model(self):
        assert dict(self.session.points) == self.states[self.at]
        done, undone = self.session.to_undo, self.session.to_redo
        assert (done.what if done else None) == (self.names[self.at - 1] if self.at else None)
        assert (undone.what if undone else None) == (
            self.names[self.at] if self.at < len(self.names) else None
        )

    @invariant()
    def the_disk_is_as_the_session(self):
        if self.names:
            content = parse_session(self.session.path.read_bytes(), self.session.path)
            assert dict(content.points) == dict(self.session.points)
            assert content.done == self.at

    def teardown(self) -> None:
        self.session.close()
        shutil.rmtree(self.folder)


Reviewing.TestCase.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
TestReviewing = Reviewing.TestCase
