"""The methods by which images are registered: an open list of names and the modules that know them."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import torch

from craniomark.engine.maps import Map
from craniomark.flows.registration.pair import Pair
from craniomark.ground.checks import InputError

Progress = Callable[[str, float], None]
"""Called with the name of the step and the fraction done, 0 to 1; may raise to cancel."""

MODULES = {
    "identity": "craniomark.flows.registration.linear",
    "rigid": "craniomark.flows.registration.linear",
    "similarity": "craniomark.flows.registration.linear",
    "scales": "craniomark.flows.registration.linear",
    "affine": "craniomark.flows.registration.linear",
    "elastic": "craniomark.flows.registration.elastic",
    "hyreg": "craniomark.flows.registration.elastic",
}
"""Modules by method; each holds its methods as ``METHODS``, a tuple of `Method`."""


@dataclass(frozen=True)
class Options:
    """What a registration was told.

    Attributes
    ----------
    steps : int or None
        Steps of the refinement; None takes the method's own number, 0 takes the network's answer.
    model : str or None
        Bundle whose networks are used; None takes the only one that has them.
    device : torch.device
        Where to compute.
    """

    steps: int | None = None
    model: str | None = None
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        if self.steps is not None and self.steps < 0:
            raise ValueError(f"steps is {self.steps}: give 0 or more")


@dataclass(frozen=True, eq=False)
class Found:
    """What a method answers.

    Attributes
    ----------
    map : Map
        Fixed point to moving point, LPS mm, of a kind that `craniomark.engine.maps.itk` writes.
    figures : mapping of str to Any
        What it has to tell beside, as JSON can hold it.
    notes : tuple of str
        Sentences for the user.
    """

    map: Map
    figures: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """A way to register.

    Attributes
    ----------
    name : str
        As on the command line.
    about : str
        One line for the help.
    run : callable
        From pair, options and listener to what was found.
    """

    name: str
    about: str
    run: Callable[[Pair, Options, Progress], Found]


def method_names() -> list[str]:
    """Names of the methods that there are."""
    return list(MODULES)


def method_of(name: str) -> Method:
    """The method of that name.

    Raises
    ------
    InputError
        If there is none; the nearest name stands in the sentence.
    """
    if name not in MODULES:
        near = get_close_matches(name, MODULES, 1)
        remedy = f"choose one of {', '.join(MODULES)}" + (f"; the nearest is {near[0]}" if near else "")
        raise InputError("craniomark register", "method", repr(name), remedy)
    methods: tuple[Method, ...] = importlib.import_module(MODULES[name]).METHODS
    return next(method for method in methods if method.name == name)
