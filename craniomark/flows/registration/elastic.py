"""Methods that answer smooth maps without folds: a network's flow, and optimisation at test time."""

from dataclasses import asdict

import numpy as np

from craniomark.engine.linear_register import chosen_start
from craniomark.engine.maps import IDENTITY, Linear
from craniomark.flows.registration.elastic_networks import elastic_network
from craniomark.flows.registration.linear import given_starts, target_of
from craniomark.flows.registration.methods import Found, Method, Options, Progress, method_of
from craniomark.flows.registration.pair import Pair
from craniomark.ground.checks import InputError
from craniomark.tasks.regnet.elastic.network import ElasticNetwork
from craniomark.tasks.regnet.elastic.predict import flows
from craniomark.tasks.regnet.hybrid.hyreg import Hybrid, HybridSettings, Start, hybrid
from craniomark.tasks.regnet.hybrid.verdict import off_range

LIMIT_S = 120.0
NO_NETWORK = "No elastic network was at hand: the optimisation began at the linear map."


def elastic(pair: Pair, options: Options, told: Progress) -> Found:
    """A linear map, then what an elastic network tells; it is not optimised.

    Raises
    ------
    InputError
        If no model has an elastic network.
    """
    network = elastic_network(options)
    if network is None:
        remedy = "name a run of `craniomark train register model=elastic_diff` by --model, or use hyreg"
        raise InputError("craniomark register", "elastic network", "none at hand", remedy)
    linear = method_of("affine").run(pair, linear_options(options), told)
    assert isinstance(linear.map, Linear)
    start = started(pair, linear.map, network, str(linear.figures.get("start", "")))
    settings = HybridSettings(limit_s=LIMIT_S).with_steps(0)
    return _told(hybrid(pair.fixed, [pair.moving], [start], settings)[0], ())


def hyreg(pair: Pair, options: Options, told: Progress) -> Found:
    """A linear map, a network's flow where there is one, and optimisation from coarse to fine."""
    network = elastic_network(options)
    linear = method_of("affine").run(pair, linear_options(options), told)
    assert isinstance(linear.map, Linear)
    start = started(pair, linear.map, network, str(linear.figures.get("start", "")))
    settings = HybridSettings(limit_s=LIMIT_S).with_steps(options.steps)
    done = hybrid(
        pair.fixed, [pair.moving], [start], settings, lambda part: told("optimise", 0.4 + 0.5 * part)
    )
    return _told(done[0], () if network else (NO_NETWORK,))


def started(pair: Pair, linear: Linear, network: ElasticNetwork | None, by: str) -> Start:
    """The start of an optimisation: a linear map, and a network's flow before it."""
    if network is None:
        return Start(linear, None, by)
    brought = pair.moving.moved(np.linalg.inv(linear.matrix))
    after, flow = flows(network, pair.fixed, [brought])[0]
    return Start(Linear(linear.matrix @ after.matrix), flow, f"{by}, elastic network")


def linear_options(options: Options) -> Options:
    """The options of the linear map that comes first; a model of an elastic network has none of its own."""
    return Options(None, None, options.device)


def linear_starts(pair: Pair) -> Linear:
    """The better of the given poses, settled at the coarse level: what many atlases begin with."""
    target = target_of(pair)
    matrix, score = chosen_start(target, pair.moving, given_starts(pair))
    return Linear(matrix) if score > 0 else IDENTITY


def _told(done: Hybrid, notes: tuple[str, ...]) -> Found:
    figures = {"start": done.start.by, "optimisation": asdict(done.report)}
    strange = off_range(done.report)
    figures["off_training"] = list(strange)
    return Found(done.map, figures, (*notes, *strange))


METHODS = (
    Method("elastic", "a linear map, then the flow that a network tells", elastic),
    Method("hyreg", "as elastic, network or none, then optimised: the most exact", hyreg),
)
