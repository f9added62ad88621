"""Make the fake predictor and the made-up animals importable."""

import sys
from pathlib import Path

for folder in ("flows/pipeline", "flows", "engine"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
