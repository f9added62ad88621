import numpy as np
import torch

from craniomark.tasks.shape.network import Answer
from craniomark.tasks.shape.uncertainty import (
    Doubt,
    calibrated,
    combined,
    coverage,
    one_network,
    rank_correlation,
)

RNG = np.random.default_rng(0)


def test_the_variance_of_scores_becomes_one_of_particles():
    weight = torch.zeros(6, 2)
    weight[0, 0] = weight[4, 1] = 1.0
    answer = Answer(
        torch.zeros(1, 2), torch.zeros(1, 2, 3), score_logvar=torch.log(torch.tensor([[4.0, 9.0]]))
    )
    doubt = one_network(answer, weight, (torch.tensor([1.0, 1.0]), torch.tensor([0.5, 1.0])))
    assert np.allclose(doubt.sd, [[1.0, 3.0]]) and np.allclose(doubt.scores, [[1, 1]])


def test_a_deterministic_network_tells_no_doubt():
    answer = Answer(torch.zeros(1, 2), torch.zeros(1, 2, 3))
    assert one_network(answer, None, None).sd is None


def test_members_that_disagree_are_doubtful():
    alike = [Doubt(np.zeros((1, 2, 3)), np.zeros((1, 1)), None) for _ in range(3)]
    apart = [Doubt(np.full((1, 2, 3), float(n)), np.zeros((1, 1)), None) for n in range(3)]
    assert combined(alike).sd.max() == 0 and combined(apart).sd.min() > 1
    assert np.allclose(combined(apart).particles, 1)


def test_calibrated_bounds_cover_as_many_errors_as_they_say():
    sd = RNG.uniform(0.1, 1, (50, 40))
    errors = np.abs(RNG.normal(0, 2 * sd))
    assert coverage(calibrated(sd, errors) * sd, errors) == np.float64(0.9)
    assert rank_correlation(sd, errors) > 0.4 > 0.1 > abs(rank_correlation(RNG.permuted(sd), errors))
