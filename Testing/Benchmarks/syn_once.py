"""One SyN registration of the first two CTs, as a process of its own for `speed.py`."""

from common.specimens import mouse_folder
from syn_atlases import carried_points, specimen_ids


def main() -> None:
    """Register once and throw the result away."""
    first, second = specimen_ids(mouse_folder())[:2]
    carried_points(mouse_folder(), first, second)


if __name__ == "__main__":
    main()
