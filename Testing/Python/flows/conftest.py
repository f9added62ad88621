"""The phantom's bundle and a server on this machine, for all tests of flows."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from phantom_bundle import make_bundle, manifest, only_models, parts, serve, unused_port_url

__all__ = ["make_bundle", "manifest", "only_models", "parts", "serve", "unused_port_url"]
