"""Shape models: from meshes, and with DeepSSM from images.

The five functions of DeepSSM are those of `craniomark.flows.shape.api`.
"""

from typing import Any

__all__ = ["analyze_results", "get_test_loader", "get_train_val_loaders", "test", "train"]


def __getattr__(name: str) -> Any:
    """The functions of the interface, which come with all that they need, when they are asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from craniomark.flows.shape import api

    return getattr(api, name)
