"""The phantom's bundle, that of real skulls, and a server on this machine, for all tests of flows."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "Benchmarks"))

from phantom_bundle import make_bundle, manifest, only_models, parts, serve, unused_port_url
from skull_bundle import ct_paths, seen_paths, seen_skulls, skull_bundle, skull_model, unseen_skulls

__all__ = [
    "ct_paths",
    "make_bundle",
    "manifest",
    "only_models",
    "parts",
    "seen_paths",
    "seen_skulls",
    "serve",
    "skull_bundle",
    "skull_model",
    "unseen_skulls",
    "unused_port_url",
]
