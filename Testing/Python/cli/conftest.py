"""Make the fake predictor and the made-up animals importable; run the command with the fake one."""

import sys
from pathlib import Path

import pytest

for folder in ("flows/pipeline", "flows", "engine", "cli"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))


@pytest.fixture
def command(capsys, monkeypatch):
    """Run the command line with the fake predictor: exit code, stdout, stderr."""
    import fake_predictor

    from craniomark.cli import process
    from craniomark.cli.main import main

    monkeypatch.setattr(process, "make_predictor", fake_predictor.make_from_environment)

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run
