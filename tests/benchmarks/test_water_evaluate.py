"""The table that judges a detector: every figure by hand, and the blind spray never missing.

A street of two pipes of 1,000 m, too far apart to be taken for each other; "a" loses 12 m3/h (1 m3 a step) from step 24
of 288 on, "b" nothing. Found at its start, it earns 264 m3 x 0.80 = 211.20 EUR.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.water import evaluate, leaks, pipes, submission
from benchmarks.water.evaluate import Readings
from benchmarks.water.leaks import STEP, Leak, Year
from benchmarks.water.scoring import Detection

START = np.datetime64("2030-01-01T00:00:00", "s")
STEPS = 288


@pytest.fixture
def network(tmp_path: Path) -> Path:
    file = tmp_path / "street.inp"
    file.write_text("[PIPES]\na n0 n1 1000 100 100\nb n1 n2 1000 100 100\n[OPTIONS]\nUnits CMH\n")
    return file


def year(peak_m3_h: float = 12.0) -> Year:
    flow = np.where(np.arange(STEPS) >= 24, peak_m3_h, 0.0)
    return Year(START, STEPS, (Leak("a", "abrupt", START + STEP * 24, START + STEP * 287, flow),))


def folder(at: Path, *, healthy: bool = True) -> Path:
    at.mkdir()
    flows, _ = leaks.tables(year())
    pq.write_table(flows, at / "leak_flows.parquet")
    for name in ("readings", *(("healthy", "healthy_again") if healthy else ())):
        (at / f"{name}.parquet").touch()
    return at


def detection(pipe: str, step: int) -> Detection:
    return Detection(pipe, START + STEP * step)


def test_a_row_says_what_the_score_says(network: Path) -> None:
    found = [detection("a", 36), detection("b", 40)]
    ours, blind = evaluate.evaluate("ours", found, year(), pipes.read(network), healthy=[detection("b", 3)])
    # One hour late: 264 - 11 steps (counted from one) x 0.80 = 202.40; one false positive.
    assert ours.score_eur == 202.40 - 500
    assert (ours.true_positives, ours.false_positives, ours.leaks) == (1, 1, 1)
    assert (ours.abrupt_h, ours.incipient_h, ours.healthy_alarms) == (1.0, None, 1)
    assert ours.share == pytest.approx((202.40 - 500) / 211.20)
    # Both pipes on the first of every second month: before the leak, then after the series, all false.
    assert (blind.name, blind.score_eur, blind.false_positives, blind.healthy_alarms) == ("blind spray", -6000, 12, 12)


def test_the_table_always_shows_the_blind_spray(network: Path) -> None:
    text = evaluate.table(evaluate.evaluate("ours", [], year(), pipes.read(network)))
    head, ours, blind = text.splitlines()
    assert "healthy" in head
    assert ours.split() == ["ours", "0", "0.0%", "0", "0", "0/1", "-", "-", "-"]
    assert blind.startswith("blind spray")


def test_a_report_gives_median_and_worst_of_both(network: Path) -> None:
    town = pipes.read(network)
    years = [
        evaluate.evaluate(f"year {rank}", [detection("a", step)] * count, year(), town, [detection("b", 0)] * rank)
        for rank, (step, count) in enumerate([(24, 1), (36, 2), (0, 3)])
    ]
    text = evaluate.report(years)
    assert text.count("blind spray") == 3 + 2
    assert text.endswith(evaluate.NOTE)
    lines = {line[:24].strip(): line[24:].split() for line in text.splitlines() if line}
    # Scores 211.20 + 0.80 for the step before (no flow), 202.40 and -1,500.
    assert lines["median, detector"] == ["202", "95.8%", "1", "0", "1/1", "0.5", "-", "1"]
    assert lines["worst, detector"] == ["-1,500", "-710.2%", "0", "3", "0/1", "1.0", "-", "2"]
    assert lines["worst, blind spray"][:4] == ["-6,000", "-2840.9%", "0", "12"]


def finds_a(given: Readings) -> Iterator[tuple[str, str]]:
    """A detector that knows: it finds the leak in the year, and names b once in any healthy year it may learn from."""
    if given.readings.name == "readings.parquet":
        yield "a", "2030-01-01T02:00:00"
    elif given.healthy:
        yield "b", "2030-01-01T02:00:00"


def test_a_detector_is_given_the_year_and_the_healthy_ones(network: Path, tmp_path: Path) -> None:
    ours, _ = evaluate.judged(folder(tmp_path / "one"), network, detector=finds_a)
    assert (ours.name, ours.true_positives, ours.abrupt_h, ours.healthy_alarms) == ("one", 1, 0.0, 1)
    alone, _ = evaluate.judged(folder(tmp_path / "two", healthy=False), network, detector=finds_a)
    assert (alone.true_positives, alone.healthy_alarms) == (1, None)


def test_submissions_are_read_from_each_folder(network: Path, tmp_path: Path) -> None:
    place = folder(tmp_path / "one")
    (place / "ours.txt").write_text(submission.text_of([detection("a", 24)]))
    assert evaluate.judged(place, network, file="ours.txt")[0].healthy_alarms is None
    (place / "healthy_ours.txt").write_text(submission.text_of([]))
    ours, _ = evaluate.judged(place, network, file="ours.txt")
    assert (ours.score_eur, ours.share, ours.healthy_alarms) == (211.20, 1.0, 0)


def test_a_detector_is_found_by_its_name() -> None:
    assert evaluate.named("benchmarks.water.evaluate:judged").__name__ == "judged"
