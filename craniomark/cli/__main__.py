"""``python -m craniomark.cli``."""

from craniomark.cli.main import main

if __name__ == "__main__":
    main()
