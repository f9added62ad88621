"""Make the toy importable, in processes that fill caches too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
