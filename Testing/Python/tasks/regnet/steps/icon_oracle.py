"""Writes icon.csv: what icon_registration answers for the images and networks of ``pairs.py``.

    pip install --no-deps --target FOLDER icon_registration==1.1.9
    PYTHONPATH=FOLDER python Testing/Python/tasks/regnet/steps/icon_oracle.py

Its modules are loaded without those that need packages of their own; the noise of its losses is replaced by
a wave, so that it can be repeated.
"""

import csv
import importlib.util
import sys
import types
from pathlib import Path
from unittest import mock

import torch
from pairs import vectors, wave

HERE = Path(__file__).parent


def icon_modules() -> tuple[types.ModuleType, types.ModuleType]:
    """``network_wrappers`` and ``losses``, without the package's other modules."""
    for entry in sys.path:
        folder = Path(entry) / "icon_registration"
        if folder.is_dir():
            break
    else:
        sys.exit("icon_registration is not on the path: see the first lines of this file")
    package = types.ModuleType("icon_registration")
    package.__path__ = [str(folder)]
    sys.modules["icon_registration"] = package
    found = []
    for name in ("config", "mermaidlite", "network_wrappers", "losses"):
        spec = importlib.util.spec_from_file_location(f"icon_registration.{name}", folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        setattr(package, name, module)
        spec.loader.exec_module(module)
        found.append(module)
    found[0].device = torch.device("cpu")
    return found[2], found[3]


class Net(torch.nn.Module):
    """A network by formula."""

    def __init__(self, phase: float) -> None:
        super().__init__()
        self.phase = phase

    def forward(self, moving: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
        return vectors(moving, fixed, self.phase)


def main() -> None:
    wrappers, losses = icon_modules()
    rows = []
    for shape in ((9, 9), (8, 11), (7, 7, 7), (6, 7, 8)):
        moving, fixed = wave(shape, 0.0), wave(shape, 1.0)
        one, two = (wrappers.FunctionFromVectorField(Net(phase)) for phase in (0.3, 0.9))
        below = wrappers.DownsampleRegistration(wrappers.FunctionFromVectorField(Net(0.5)), len(shape))
        nets = {
            "leaf": one,
            "two_step": wrappers.TwoStepRegistration(one, two),
            "downsample": below,
            "downsample two_step": wrappers.TwoStepRegistration(below, two),
        }
        with mock.patch.object(torch, "randn", lambda *size: wave(tuple(size[2:]), 2.0, size[1])):
            for name, net in nets.items():
                rows += told(name, net, shape, moving, fixed, losses)
    with (HERE / "icon.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["registration", "shape", "quantity", "value"])
        writer.writerows(rows)


def told(name, net, shape, moving, fixed, losses):
    net.assign_identity_map([1, 1, *shape])
    phi = net(moving, fixed)(net.identity_map)
    rows = [
        [name, "x".join(map(str, shape)), f"map {i}", f"{v:.7f}"] for i, v in enumerate(phi.flatten()[::17])
    ]
    warped = net.as_function(moving)(phi)
    rows += [
        [name, "x".join(map(str, shape)), f"warped {i}", f"{v:.7f}"]
        for i, v in enumerate(warped.flatten()[::17])
    ]
    for kind, key in (
        ("InverseConsistentNet", "inverse_consistency"),
        ("GradientICON", "gradient_inverse_consistency"),
    ):
        loss = getattr(losses, kind)(net, losses.SSD(), 1.0)
        loss.assign_identity_map([1, 1, *shape])
        value = loss(moving, fixed).inverse_consistency_loss
        rows.append([name, "x".join(map(str, shape)), key, f"{float(value):.9g}"])
    loss = losses.DiffusionRegularizedNet(net, losses.SSD(), 1.0)
    loss.assign_identity_map([1, 1, *shape])
    value = loss.compute_bending_energy_loss(net(moving, fixed)(loss.identity_map))
    rows.append([name, "x".join(map(str, shape)), "diffusion", f"{float(value):.9g}"])
    return rows


if __name__ == "__main__":
    main()
