"""Half precision where the device is fast at it."""

from functools import lru_cache

import torch


def half_precision(device: str | torch.device, wanted: bool = True) -> torch.autocast:
    """Autocast to bfloat16, switched on where it is `wanted` and the device multiplies it in hardware.

    For training. Predictions are made in float32, so that they are the same on every machine.
    """
    device = torch.device(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted and _is_fast(device.type))


def full_precision(tensor: torch.Tensor) -> torch.autocast:
    """Context that keeps coordinates in float32, on the device of `tensor`."""
    return torch.autocast(tensor.device.type, enabled=False)


@lru_cache
def _is_fast(kind: str) -> bool:
    if kind == "cpu":
        told: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
        return bool(told.get("amx_bf16") or told.get("avx512_bf16"))
    return kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
