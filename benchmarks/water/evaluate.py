"""Judge a detector on years whose leaks are known, the blind spray always beside it.

``python -m benchmarks.water.evaluate NETWORK.inp YEAR_FOLDER... --detections FILE | --detector MODULE:FUNCTION``

A year's folder is as :mod:`benchmarks.water.leaky_years` writes it: ``leak_flows.parquet``, ``leaks.csv`` (optional),
``readings.parquet``, ``healthy.parquet`` (a year before, to learn from), ``healthy_again.parquet`` (to count alarms
in). ``--detections`` names a submission within each folder; the detections of ``healthy_again`` stand in the same name
with ``healthy_`` before it. A detector is called with a :class:`Readings` and answers with (pipe, time) pairs.

The simulated years are not the data of the 2020 competition: no score on them compares with its entries.
"""

import argparse
import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.water import blind_spray, leaks, pipes, scoring, submission
from benchmarks.water.leaks import KINDS, Year
from benchmarks.water.pipes import Pipes
from benchmarks.water.scoring import Detection, Result

NOTE = "Simulated years are not the data of the 2020 competition: no score on them compares with its entries."
BLIND = "blind spray"
_HEADER = (
    f"{'':<24}{'score EUR':>12} {'of max':>7} {'true':>5} {'false':>6} {'found':>8} "
    f"{'abrupt h':>9} {'incipient h':>12} {'healthy':>8}"
)


@dataclass(frozen=True)
class Readings:
    """What a detector may look at: the model as given, the year, and a healthy year before it, if there is one."""

    network: Path
    readings: Path
    healthy: Path | None = None


Detector = Callable[[Readings], Iterable[tuple[str, Any]]]


@dataclass(frozen=True)
class Row:
    """One line of the table. ``healthy_alarms`` is None where no healthy year was judged."""

    name: str
    score_eur: float
    share: float
    true_positives: float
    false_positives: float
    leaks: int
    abrupt_h: float | None
    incipient_h: float | None
    healthy_alarms: float | None = None

    def __str__(self) -> str:
        return (
            f"{self.name:<24}{self.score_eur:>12,.0f} {self.share:>7.1%} {self.true_positives:>5g} "
            f"{self.false_positives:>6g} {f'{self.true_positives:g}/{self.leaks}':>8} {_said(self.abrupt_h):>9} "
            f"{_said(self.incipient_h):>12} {_said(self.healthy_alarms, digits=0):>8}"
        )


def row(name: str, result: Result, healthy_alarms: int | None = None) -> Row:
    abrupt_h, incipient_h = (result.median_delay_h(kind) for kind in KINDS)
    return Row(
        name, result.score_eur, result.share, result.true_positives, result.false_positives, result.leaks,
        abrupt_h, incipient_h, healthy_alarms,
    )  # fmt: skip


def blind_row(year: Year, network: Pipes) -> Row:
    """The submission that uses no sensor names as many pipes in a healthy year as in any other."""
    sprayed = blind_spray.spray(blind_spray.cover(network), year)
    return row(BLIND, scoring.score(sprayed, year, network), len(sprayed))


def evaluate(
    name: str,
    detections: Iterable[Detection],
    year: Year,
    network: Pipes,
    healthy: Iterable[Detection] | None = None,
) -> tuple[Row, Row]:
    """The row of these detections and the row of the blind spray. ``healthy``: detections in a year without leaks."""
    alarms = None if healthy is None else len(list(healthy))
    return row(name, scoring.score(detections, year, network), alarms), blind_row(year, network)


def table(rows: Sequence[Row]) -> str:
    return "\n".join([_HEADER, *map(str, rows)])


def report(judged: Sequence[tuple[Row, Row]]) -> str:
    """Every year, then the median and the worst of each column, of the detector and of the blind spray.

    The worst of each column is taken apart: it is no single year.
    """
    pairs = list(zip(*judged, strict=True))
    lines = [table([one for pair in judged for one in pair]), ""]
    for rows in pairs:
        name = BLIND if rows[0].name == BLIND else "detector"
        lines += [str(_middle(f"median, {name}", rows)), str(_worst(f"worst, {name}", rows))]
    return "\n".join([*lines, NOTE])


def _middle(name: str, rows: Sequence[Row]) -> Row:
    return Row(
        name,
        median(one.score_eur for one in rows),
        median(one.share for one in rows),
        median(one.true_positives for one in rows),
        median(one.false_positives for one in rows),
        round(median(one.leaks for one in rows)),
        _over(rows, "abrupt_h", median),
        _over(rows, "incipient_h", median),
        _over(rows, "healthy_alarms", median),
    )


def _worst(name: str, rows: Sequence[Row]) -> Row:
    return Row(
        name,
        min(one.score_eur for one in rows),
        min(one.share for one in rows),
        min(one.true_positives for one in rows),
        max(one.false_positives for one in rows),
        max(one.leaks for one in rows),
        _over(rows, "abrupt_h", max),
        _over(rows, "incipient_h", max),
        _over(rows, "healthy_alarms", max),
    )


def _over(rows: Sequence[Row], column: str, of: Callable[[list[float]], float]) -> float | None:
    """Of the years that have a figure; None where none has."""
    figures = [figure for one in rows if (figure := getattr(one, column)) is not None]
    return of(figures) if figures else None


def _said(figure: float | None, digits: int = 1) -> str:
    return "-" if figure is None else f"{figure:,.{digits}f}"


def detections_of(found: Iterable[tuple[str, Any]]) -> list[Detection]:
    return [Detection(str(pipe), np.datetime64(time, "s")) for pipe, time in found]


def judged(folder: Path, network: Path, *, detector: Detector | None = None, file: str = "") -> tuple[Row, Row]:
    """A year's folder, with a detector or with the submissions kept in it."""
    listed = folder / "leaks.csv"
    year = leaks.read(folder / "leak_flows.parquet", listed if listed.exists() else None)
    before, again = folder / "healthy.parquet", folder / "healthy_again.parquet"
    quiet: list[Detection] | None = None
    if detector:
        known = before if before.exists() else None
        found = detections_of(detector(Readings(network, folder / "readings.parquet", known)))
        if again.exists():
            quiet = detections_of(detector(Readings(network, again, known)))
    else:
        found = submission.read(folder / file)
        kept = folder / f"healthy_{file}"
        quiet = submission.read(kept) if kept.exists() else None
    return evaluate(folder.name, found, year, pipes.read(network), quiet)


def named(text: str) -> Detector:
    """The function that ``module:function`` names."""
    module, _, function = text.partition(":")
    found: Detector = getattr(importlib.import_module(module), function)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path)
    parser.add_argument("years", type=Path, nargs="+")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--detections", help="name of the submission file within each year's folder")
    way.add_argument("--detector", help="module:function, called with a Readings")
    options = parser.parse_args()
    detector = named(options.detector) if options.detector else None
    print(
        report(
            [judged(year, options.network, detector=detector, file=options.detections or "") for year in options.years]
        )
    )


if __name__ == "__main__":
    main()
