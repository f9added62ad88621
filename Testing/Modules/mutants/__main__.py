"""``python -m mutants FOLDER... --tests TESTS``: plant mistakes, and say which ones the tests let pass."""

import argparse
import sys
from functools import partial
from pathlib import Path

from mutants.kept import Log, exceptions, state_of
from mutants.plant import planted, some
from mutants.run import Verdict, observed, run_all
from mutants.seen import Watched, chosen_for, read_tests, write_tests


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
    known, log = exceptions(given.equivalent), Log(given.log)
    stale = known - {mutant.name for mutant in mutants} if not (given.sample or given.kinds) else set()
    for name in sorted(stale):
        _say(f"There is no such mutant any more: {name}")
    waiting = [m for m in mutants if m.name not in known and not log.caught(m)]
    copied = sorted({*given.folders, *(each for each in given.copy if (root / each).exists())})
    tests = _observed(given, root, copied, sorted({mutant.file for mutant in mutants}))
    if not tests or any(test.failed for test in tests):  # perhaps for being watched, which takes its time
        (asis,) = run_all(root, [None], copied, given.tests, limit=10 * given.limit)
        if asis.caught:
            _say(asis.words, "The tests fail without any mutant.")
            return 2
    verdicts = run_all(
        root,
        waiting,
        copied,
        given.tests,
        given.jobs,
        given.limit,
        partial(_tell, log),
        partial(chosen_for, tests=tests, most=given.first),
    )
    survivors = [v.mutant for v in verdicts if not v.caught and v.mutant]
    _say("", *(f"survived: {each}" for each in survivors))
    same = len([m for m in mutants if m.name in known])
    _say(f"{len(mutants) - same - len(survivors)} of {len(mutants)} mutants caught, {same} change nothing")
    return 1 if survivors or stale else 0


def _observed(
    given: argparse.Namespace, root: Path, copied: list[Path], planted: list[Path]
) -> list[Watched]:
    """What each test runs; with a log it is kept beside it until a file changes."""
    kept = given.log.with_suffix(".seen.json") if given.log else None
    state = state_of(root, copied)
    tests = read_tests(kept, state) if kept else []
    if not tests:
        tests = observed(root, copied, given.tests, 10 * given.limit, planted)
        if kept:
            write_tests(kept, tests, state)
    return tests


def _tell(log: Log, verdict: Verdict) -> None:
    log.note(verdict)
    mark = "." if verdict.caught else f"\nSURVIVED {verdict.mutant}\n"
    sys.stdout.write("T" if verdict.endless else mark)
    sys.stdout.flush()


def _parsed(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument(
        "folders", nargs="+", type=Path, help="with the module's .py and .ui, within the root"
    )
    parser.add_argument("--tests", nargs="+", required=True, help="arguments of pytest")
    parser.add_argument("--root", type=Path, default=Path.cwd())
    # Linked files would find what lies beside the original.
    copy = [Path("Testing/Modules"), Path("craniomark")]
    parser.add_argument(
        "--copy", nargs="*", type=Path, default=copy, help="further folders that tests and code are in"
    )
    parser.add_argument("--kinds", nargs="*", help="only these kinds")
    parser.add_argument("--sample", type=int, help="so many of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for the tests of one mutant")
    parser.add_argument("--first", type=int, help="show each to so many tests alone, the most promising")
    parser.add_argument(
        "--log", type=Path, help="keeps verdicts: what was caught is not tried again while it stays the same"
    )
    parser.add_argument(
        "--equivalent", type=Path, help="names of mutants that change nothing, one a line, # reason"
    )
    parser.add_argument("--list", action="store_true", help="only list them")
    return parser.parse_args(words)


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
