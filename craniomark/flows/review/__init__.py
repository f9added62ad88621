"""Review of landmarks: one session object for desktop and browser, saved after every change."""

from craniomark.flows.review.compare import (
    Difference,
    Digitising,
    Repeatability,
    differences,
    digitisings,
    others_of,
    repeatability,
    sittings,
)
from craniomark.flows.review.exports import Written, export, export_file, write_results
from craniomark.flows.review.history import Change
from craniomark.flows.review.listeners import Listener
from craniomark.flows.review.opening import Desk, known_scan, open_as_observer, open_blind, open_review
from craniomark.flows.review.point import Point
from craniomark.flows.review.scan import identified, unread
from craniomark.flows.review.session import Progress, Session
from craniomark.flows.review.training_set import Candidate, TrainingSet, write_training_set
from craniomark.flows.review.worklist import Entry, Worklist

__all__ = [
    "Candidate",
    "Change",
    "Desk",
    "Difference",
    "Digitising",
    "Entry",
    "Listener",
    "Point",
    "Progress",
    "Repeatability",
    "Session",
    "TrainingSet",
    "Worklist",
    "Written",
    "differences",
    "digitisings",
    "export",
    "export_file",
    "identified",
    "known_scan",
    "open_as_observer",
    "open_blind",
    "open_review",
    "others_of",
    "repeatability",
    "sittings",
    "unread",
    "write_results",
    "write_training_set",
]
