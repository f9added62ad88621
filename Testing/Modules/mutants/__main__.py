"""``python -m mutants FOLDER... --tests TESTS``: plant mistakes, and say which ones the tests let pass."""

import argparse
import sys
from pathlib import Path

from mutants.plant import planted, some
from mutants.run import Verdict, run_all


def main(words: list[str] | None = None) -> int:
    """Run; 0 if every mutant was caught, 1 if some survive, 2 if the tests fail as it is."""
    given = _parsed(words)
    root = given.root.resolve()
    mutants = [m for m in planted(root, given.folders) if not given.kinds or m.kind in given.kinds]
    if given.sample:
        mutants = some(mutants, given.sample, given.seed)
    if given.list:
        _say(*map(str, mutants), f"{len(mutants)} mutants")
        return 0
    copied = sorted({*given.folders, *given.copy})
    options = {"copied": copied, "tests": given.tests, "limit": given.limit}
    (asis,) = run_all(root, [None], **options)
    if asis.caught:
        _say(asis.words, "The tests fail without any mutant.")
        return 2

    def tell(verdict: Verdict) -> None:
        mark = "." if verdict.caught else f"\nSURVIVED {verdict.mutant}\n"
        sys.stdout.write(mark)
        sys.stdout.flush()

    verdicts = run_all(root, mutants, jobs=given.jobs, tell=tell, **options)
    known = _exceptions(given.equivalent)
    survivors = [v.mutant for v in verdicts if not v.caught and v.mutant and v.mutant.name not in known]
    _say("", *(f"survived: {each}" for each in survivors))
    _say(f"{len(verdicts) - len(survivors)} of {len(verdicts)} mutants caught or known to be equivalent")
    return 1 if survivors else 0


def _parsed(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument(
        "folders", nargs="+", type=Path, help="with the module's .py and .ui, within the root"
    )
    parser.add_argument("--tests", nargs="+", required=True, help="arguments of pytest")
    parser.add_argument("--root", type=Path, default=Path.cwd())
    copy = [Path("Testing/Modules")]
    parser.add_argument(
        "--copy", nargs="*", type=Path, default=copy, help="further folders that tests are in"
    )
    parser.add_argument("--kinds", nargs="*", help="only these kinds")
    parser.add_argument("--sample", type=int, help="so many of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for the tests of one mutant")
    parser.add_argument(
        "--equivalent", type=Path, help="names of mutants that change nothing, one a line, # reason"
    )
    parser.add_argument("--list", action="store_true", help="only list them")
    return parser.parse_args(words)


def _exceptions(path: Path | None) -> set[str]:
    """Names in a list of mutants that change nothing."""
    if path is None:
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split(" # ")[0].strip() for line in lines if line.strip() and not line.startswith("#")}


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
