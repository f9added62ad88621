"""How the networks of each idea are trained and asked for the landmarks of an image in about their frame."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from common.ablation_ideas import Idea
from common.ablation_lab import Lab
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import keep_order, match
from craniomark.ground.geometry import apply, generalised_procrustes, invert, similarity_fit
from craniomark.tasks.landmark.appearance import prepared
from craniomark.tasks.landmark.focus.predict import focus_canonically
from craniomark.tasks.landmark.levels.predict import predict
from craniomark.tasks.landmark.levels.rough import farthest_points
from craniomark.tasks.landmark.stages import FINE

Array = NDArray[np.float64]
Answer = Callable[[Image], Array]
OTHER_SEED = 2
POSES = 8
ROUGH = 12
DISTURBED = 0.5
_PRIOR = "landmarks.group_prior=true"
_LEAST, _MOST = 0.3, 3.0


def network(lab: Lab, idea: Idea) -> Answer:
    """One network with the idea's settings."""
    trained = lab.train(idea.name, idea.words)
    return lambda image: trained.points_of(image)


def by_scatter(lab: Lab, idea: Idea) -> Answer:
    """Weights of landmarks: inverse squares of how they scatter among the training specimens."""
    scatter = np.sqrt((_residuals(lab) ** 2).sum(-1).mean(0))
    weights = zip(lab.data.labels, _inverse_squares(scatter), strict=True)
    words = tuple(f"objective.outer.{label}={weight:.3f}" for label, weight in weights)
    return network(lab, Idea(idea.name, idea.about, words))


def by_distance(lab: Lab, idea: Idea) -> Answer:
    """Weights of specimens: inverse squares of their distances from the mean shape."""
    distance = np.sqrt((_residuals(lab) ** 2).sum(-1).mean(1))
    names = (example.id for example in lab.data.training)
    weights = zip(names, _inverse_squares(distance), strict=True)
    words = tuple(f"objective.specimens.{name}={weight:.3f}" for name, weight in weights)
    return network(lab, Idea(idea.name, idea.about, words))


def coarse_first(lab: Lab, idea: Idea) -> Answer:
    """At 64 voxels with twelve landmarks; from there at 128 with all of them."""
    chosen = farthest_points(lab.data.frame.mean, ROUGH)
    others = [label for i, label in enumerate(lab.data.labels) if i not in chosen]
    coarse = lab.train("64 with 12", tuple(f"objective.outer.{label}=0" for label in others))

    def begin(module: torch.nn.Module) -> None:
        with torch.no_grad():
            for target, source in zip(module.parameters(), coarse.network.parameters(), strict=True):
                target.copy_(source)

    trained = lab.train(idea.name, ("model.spacing=0.18", "samples.batch=1"), begin=begin)
    return lambda image: trained.points_of(image)


def group_unknown(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001 - as all answers
    """Trained with groups, asked without."""
    trained = lab.train("group", (_PRIOR,))
    return lambda image: predict(trained.landmark_network, image).points


def group_told(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """Trained and asked with groups; specimens of a fold may be of different ones."""
    trained = lab.train("group", (_PRIOR,))
    groups = {e.id: trained.group_index(lab.data.groups[e.id]) for e in lab.data.validation}
    return _Told(trained.landmark_network, groups)


def group_disturbed(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """Trained with groups, and the mean of answers with the embedding of no group disturbed."""
    trained = lab.train("group", (_PRIOR,))
    return lambda image: predict(trained.landmark_network, image, poses=POSES, noise=DISTURBED).points


class _Told:
    """An answer that is told the specimen before it is asked."""

    def __init__(self, asked: torch.nn.Module, groups: dict[str, int]) -> None:
        self._network, self._groups, self.specimen = asked, groups, ""

    def __call__(self, image: Image) -> Array:
        points: Array = predict(self._network, image, group=self._groups[self.specimen]).points  # type: ignore[arg-type]
        return points


def poses(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """The base network's mean over poses."""
    trained = lab.train("base")
    return lambda image: predict(trained.landmark_network, image, poses=POSES).points


def seeds(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """The mean of two base networks."""
    both = [lab.train("base"), lab.train("base", seed=lab.seed + OTHER_SEED)]
    return lambda image: np.mean([one.points_of(image) for one in both], axis=0)


def templates(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """The mean of a base network and of one that was trained in the frame of another template."""
    first = lab.train("base")
    second = lab.train("template", (f"template={lab.other_template}",), seed=lab.seed + OTHER_SEED)
    there = similarity_fit(first.mean, second.mean)

    def answer(image: Image) -> Array:
        other = apply(invert(there), second.points_of(image.moved(there)))
        return np.asarray((first.points_of(image) + other) / 2)

    return answer


def registered(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """The base network's points, refined by patches of the atlases."""
    trained, model = lab.train("base"), lab.registration
    pose = similarity_fit(model.shape.mean, trained.mean)

    def answer(image: Image) -> Array:
        start = apply(invert(pose), trained.points_of(image))
        found = match(prepared(image, FINE), pose, start, model.appearance.templates[FINE.name], FINE)
        return apply(pose, keep_order(found.points, start, model.shape.mean))

    return answer


def focused(lab: Lab, idea: Idea) -> Answer:  # noqa: ARG001
    """The base network's points, from which a focus network starts."""
    trained, focus = lab.train("base"), lab.train("focus", (), "focus")

    def answer(image: Image) -> Array:
        points: Array = focus_canonically(
            [focus.focus_network], image, trained.points_of(image), trained.mean
        ).points
        return points

    return answer


def end_to_end(lab: Lab, idea: Idea) -> Answer:
    """The base network and a focus network, from there on trained together."""
    lab.train("base")
    weights = lab.work / f"base-fold{lab.fold}-seed{lab.seed}" / "weights.safetensors"
    words = ("focus.end_to_end=true", f"whole.weights={weights}")
    trained = lab.train(idea.name, words, "focus")
    return lambda image: trained.points_of(image)


def _residuals(lab: Lab) -> Array:
    """Training landmarks about their mean, shape (S, L, 3) mm."""
    shapes = np.array([example.points for example in lab.data.training])
    mean = generalised_procrustes(shapes).mean
    return np.array([apply(similarity_fit(shape, mean), shape) - mean for shape in shapes])


def _inverse_squares(sizes: Array) -> Array:
    return np.asarray(np.clip((np.median(sizes) / sizes) ** 2, _LEAST, _MOST))


ANSWERS: dict[str, Callable[[Lab, Idea], Answer]] = {
    one.__name__: one
    for one in (
        network, by_scatter, by_distance, coarse_first, group_unknown, group_told, group_disturbed,
        poses, seeds, templates, registered, focused, end_to_end,
    )
}  # fmt: skip
