import pytest
import torch

from craniomark.tasks.shape.network import BaseNetwork, NetworkSettings, TLNetwork, make_network

SHAPE = (60, 60, 60)
# Names of published weights, with their shapes for 60^3 images, three scores and twenty particles.
PUBLISHED = {
    "encoder.ConvolutionalBackbone.features.conv1.weight": (12, 1, 5, 5, 5),
    "encoder.ConvolutionalBackbone.features.conv5.weight": (192, 96, 5, 5, 5),
    "encoder.ConvolutionalBackbone.features.bn3.running_var": (48,),
    "encoder.ConvolutionalBackbone.features.relu5.weight": (1,),
    "encoder.ConvolutionalBackbone.features.fc1.weight": (384, 192),
    "encoder.ConvolutionalBackbone.features.fc2.weight": (96, 384),
    "encoder.ConvolutionalBackbone.features.relu7.weight": (1,),
    "encoder.pca_pred.linear.weight": (3, 96),
    "decoder.fc_fine.weight": (60, 3),
}
PUBLISHED_TL = {
    "CorrespondenceEncoder.encoder.fc-en1.weight": (1024, 60),
    "CorrespondenceEncoder.encoder.relu-en2.weight": (1,),
    "CorrespondenceDecoder.decoder.fc-de3.weight": (60, 1024),
    "ImageEncoder.ConvolutionalBackbone.features.conv2.weight": (24, 12, 5, 5, 5),
    "ImageEncoder.pca_pred.linear.bias": (3,),
}


def network(**settings):
    torch.manual_seed(0)
    return make_network(NetworkSettings(**settings), SHAPE, 3, 20)


def test_names_and_shapes_are_the_published_ones():
    for tl, published in ((False, PUBLISHED), (True, PUBLISHED_TL)):
        own = {name: tuple(t.shape) for name, t in network(tl=tl).state_dict().items()}
        assert {name: own.get(name) for name in published} == published


def test_the_decoder_begins_as_the_shape_model():
    base = network().eval()
    mean, modes = torch.randn(20, 3), torch.randn(3, 20, 3)
    base.begin_as(mean, modes, torch.tensor([1.0, 2, 3]), torch.tensor([2.0, 2, 2]))
    answer = base(torch.randn(1, 1, *SHAPE))
    scores = answer.scores * 2 + torch.tensor([1.0, 2, 3])
    expected = mean + torch.einsum("bl,lnc->bnc", scores, modes)
    assert torch.allclose(answer.particles, expected, atol=1e-4)


def test_a_held_decoder_has_no_gradient_until_it_is_freed():
    base = network()
    base.hold_decoder()
    assert not any(p.requires_grad for p in base.decoder.parameters())
    base.hold_decoder(False)
    assert all(p.requires_grad for p in base.decoder.parameters())


def test_stochastic_halves_tell_variances():
    both = network(stochastic_encoder=True, stochastic_decoder=True).eval()
    answer = both(torch.randn(2, 1, *SHAPE))
    assert answer.score_logvar.shape == (2, 3) and answer.particle_logvar.shape == (2, 20)
    plain = network(linear_decoder=False).eval()(torch.randn(2, 1, *SHAPE))
    assert plain.score_logvar is plain.particle_logvar is None and plain.particles.shape == (2, 20, 3)


def test_a_tl_network_has_an_autoencoder_of_its_own():
    tl = network(tl=True).eval()
    assert isinstance(tl, TLNetwork)
    particles = torch.randn(2, 20, 3)
    assert tl.encoded(particles).shape == (2, 3) and tl.decoded(tl.encoded(particles)).shape == (2, 20, 3)
    assert tl(torch.randn(1, 1, *SHAPE)).particles.shape == (1, 20, 3)


def test_images_that_are_too_small_are_refused():
    with pytest.raises(ValueError, match="at least 60 voxels"):
        BaseNetwork(NetworkSettings(), (60, 59, 60), 3, 20)


def test_a_stochastic_tl_network_is_refused():
    with pytest.raises(ValueError, match="tl is True"):
        NetworkSettings(tl=True, stochastic_encoder=True)


@pytest.mark.parametrize("tl", [False, True])
def test_half_of_the_filters_are_about_a_fourth_of_the_weights(tl):
    sizes = []
    for filters in (12, 6):
        made = network(tl=tl, filters=filters)
        backbone = (made.ImageEncoder if tl else made.encoder).ConvolutionalBackbone
        sizes.append(sum(p.numel() for name, p in backbone.named_parameters() if "conv" in name))
    assert 0.2 < sizes[1] / sizes[0] < 0.3
    with pytest.raises(ValueError, match="filters is 0: give at least 1"):
        NetworkSettings(filters=0)
