"""The child whose results are made up, at a pace at which a person can press Stop."""

import sys
import time
from pathlib import Path

SLOWER = 8
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python" / "desktop"))

import odd_child  # noqa: E402
import odd_landmarks  # noqa: E402


class _Slow:
    """The clock of the child, slower."""

    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(SLOWER * seconds)


odd_child.time = odd_landmarks.time = _Slow  # type: ignore[attr-defined]

if __name__ == "__main__":
    odd_child.main()
