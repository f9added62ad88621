"""Speed and memory of the command against SyN in the same run, on the same machine.

One CT through ``craniomark process`` as a whole process, start-up included, twice; a folder of all
CTs through it; then one SyN registration. ``antspyx`` is needed; times are told as ratios::

    python Testing/Benchmarks/speed.py [--model NAME|PATH]
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common.specimens import mouse_folder
from common.table import RESULTS, append_rows

COLUMNS = ["what", "seconds", "gib", "machine"]
REGISTRATIONS = 10


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds of a process, and the largest memory of any child so far in GiB."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20


def craniomark() -> list[str]:
    """The command of this environment."""
    return [sys.executable, "-m", "craniomark.cli"]


def main() -> None:
    """Measure, print, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="mouse-skull")
    arguments = parser.parse_args()
    folder = mouse_folder()
    scan = next(iter(sorted(p for p in folder.glob("*.nii.gz") if "-LM" not in p.name)))
    count = len([p for p in folder.glob("*.nii.gz") if "-LM" not in p.name])
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    work = Path(tempfile.mkdtemp())
    options = ["--model", arguments.model, "--quiet"]
    rows: list[list[object]] = []
    for _ in range(2):
        seconds, gib = timed([*craniomark(), "process", str(scan), "-o", str(work / "one"), *options])
        rows.append(["one CT, start-up included", round(seconds, 2), round(gib, 2), machine])
        shutil.rmtree(work / "one")
    cohort = ["process", str(folder), "-o", str(work / "all"), "--jobs", "2"]
    seconds, gib = timed([*craniomark(), *cohort, *options])
    rows.append([f"each of {count} CTs in a folder", round(seconds / count, 2), round(gib, 2), machine])
    seconds, _ = timed([sys.executable, str(Path(__file__).with_name("syn_once.py"))])
    rows.append(["one SyN registration", round(seconds, 2), "", machine])
    shutil.rmtree(work)
    path = RESULTS / "speed.csv"
    path.unlink(missing_ok=True)
    append_rows(path, COLUMNS, rows)
    for row in rows:
        print(*row, sep="  ")
    once = min(float(str(row[1])) for row in rows[:2])
    ratio = REGISTRATIONS * seconds / once
    print(f"{REGISTRATIONS} SyN registrations take {ratio:.0f} times as long as one CT here")


if __name__ == "__main__":
    main()
