"""How many planted faults are flagged, and how much of what is sound."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from common.table import show

FLAGGED = ("review", "missing", "refused")
STARTS = ("wrong axes", "wrong start")
WRONG_MM = 0.5
"""A landmark that ends farther from the truth after a wrong start is a fault."""

Row = dict[str, str]


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Attributes
    ----------
    hits, count : int
        Flagged landmarks, and all of them.
    """

    hits: int
    count: int

    @property
    def share(self) -> float:
        """Between 0 and 1; NaN of none."""
        return self.hits / self.count if self.count else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval, a little narrow: landmarks of one scan are taken for independent."""
        if not self.count:
            return float("nan"), float("nan")
        found = binomtest(self.hits, self.count).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True, eq=False)
class FaultReport:
    """Scores of all kinds.

    Attributes
    ----------
    text : str
        Tables for people.
    faults : dict of str to Share
        Flagged faults by kind.
    overall : Share
        Of all faults.
    false_alarms : dict of str to Share
        Flagged landmarks by kind, of scans or among points that no fault concerns: "intact" is that
        of scans without fault.
    scans : dict of str to int
        Scans tried by kind.
    """

    text: str
    faults: dict[str, Share]
    overall: Share
    false_alarms: dict[str, Share]
    scans: dict[str, int]


def is_fault(row: Row) -> bool:
    """If the landmark of a row is wrong or spoilt."""
    if row["kind"] in STARTS:
        return row["outcome"] in ("missing", "refused") or float(row["error_mm"]) > WRONG_MM
    return bool(row["amount"])


def fault_report(rows: Sequence[Row]) -> FaultReport:
    """Score all rows."""
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    faults, alarms, scans, lines = {}, {}, {}, []
    for kind in kinds:
        own = [row for row in rows if row["kind"] == kind]
        wrong, sound = [r for r in own if is_fault(r)], [r for r in own if not is_fault(r)]
        faults[kind], alarms[kind] = _share(wrong), _share(sound)
        scans[kind] = len({(r["specimen"], r["trial"]) for r in own})
        missed = [float(r["error_mm"]) for r in wrong if r["outcome"] not in FLAGGED and r["error_mm"]]
        worst = f"{max(missed):.2f}" if missed else "-"
        lines.append([kind, str(scans[kind]), *_cells(faults[kind]), worst, *_cells(alarms[kind])[:2]])
    overall = Share(sum(s.hits for s in faults.values()), sum(s.count for s in faults.values()))
    header = ["kind", "scans", "faults", "flagged", "95 % interval", "worst missed, mm", "others", "flagged"]
    text = show("Planted faults in CTs left out", header, lines)
    low, high = overall.interval
    text += f"\nall faults: {overall.hits} of {overall.count} flagged, {overall.share:.1%}"
    text += f" ({low:.1%} to {high:.1%})"
    if "intact" in alarms:
        text += f"; intact scans: {alarms['intact'].share:.1%} of landmarks flagged"
    return FaultReport(
        text + _seconds(rows), {k: s for k, s in faults.items() if s.count}, overall, alarms, scans
    )


def _share(rows: Sequence[Row]) -> Share:
    return Share(sum(row["outcome"] in FLAGGED for row in rows), len(rows))


def _cells(share: Share) -> list[str]:
    if not share.count:
        return ["0", "-", "-"]
    low, high = share.interval
    return [str(share.count), f"{share.share:.1%}", f"{low:.1%} - {high:.1%}"]


def _seconds(rows: Sequence[Row]) -> str:
    each = {(r["kind"], r["specimen"], r["trial"]): float(r["seconds"]) for r in rows}
    return f"\n{sum(each.values()) / 60:.1f} CPU minutes\n"
