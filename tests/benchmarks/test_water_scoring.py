"""BattLeDIM's scoring rule, on a town small enough to do the sums by hand, and on L-Town to the cent.

The town is a street of five pipes of 100, 200, 300, 400 and 100 m, end to end, and a side street of 50 m behind a
valve:

    n0 --a 100-- n1 --b 200-- n2 --c 300-- n3 --d 400-- n4 --e 100-- n5
                               \\==valve== n6 --f 50-- n7

Middle to middle: a-b 50 + 100 = 150; a-c 200 + 50 + 150 = 400; b-c 250; c-d 350; b-f 100 + 0 + 25 = 125; c-f 175;
b-d 300 + 100 + 200 = 600; d-e 250; a-f 200 + 50 + 25 = 275. The "year" lasts two days: 576 steps of five minutes.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from agglo.contract.errors import InvalidInput, NotFound
from benchmarks.water import blind_spray, leaks, pipes, scoring, submission
from benchmarks.water.leaks import Year
from benchmarks.water.pipes import Pipe, Pipes
from benchmarks.water.scoring import Detection, Result, score

L_TOWN = Path(__file__).parents[3] / "shared" / "data" / "l-town"
without = pytest.mark.skipif(not L_TOWN.is_dir(), reason="L-Town's public files are kept outside the project")

START = np.datetime64("2030-01-01T00:00:00", "s")
STEPS = 576
STREET = Pipes(
    (
        Pipe("a", "n0", "n1", 100.0),
        Pipe("b", "n1", "n2", 200.0),
        Pipe("c", "n2", "n3", 300.0),
        Pipe("d", "n3", "n4", 400.0),
        Pipe("e", "n4", "n5", 100.0),
        Pipe("f", "n6", "n7", 50.0),
    ),
    joined=(("n2", "n6"),),
)


def flow(first: int, last: int, m3_h: float) -> np.ndarray:
    """Constant from a step to another, both included."""
    series = np.zeros(STEPS)
    series[first : last + 1] = m3_h
    return series


def at(step: int) -> np.datetime64:
    return START + leaks.STEP * step


def detected(pipe: str, step: int) -> Detection:
    return Detection(pipe, at(step))


def times(steps: int = STEPS) -> np.ndarray:
    return (START + leaks.STEP * np.arange(steps)).astype("datetime64[us]")


@pytest.fixture
def year() -> Year:
    """a: 12 m3/h from step 0 on, already running; c: 6 m3/h from 100 to 399, abrupt; d: 24 m3/h from 200 to the end."""
    leak = leaks.Leak
    return Year(
        START,
        STEPS,
        (
            leak("a", "incipient", START - np.timedelta64(90, "D"), at(575), flow(0, 575, 12.0)),
            leak("c", "abrupt", at(100), at(399), flow(100, 399, 6.0)),
            leak("d", "incipient", at(200), at(575), flow(200, 575, 24.0)),
        ),
    )


def only(result: Result) -> scoring.Line:
    (line,) = result.lines
    return line


def test_a_leak_found_in_its_pipe_earns_the_water_saved(year: Year) -> None:
    # From step 100 counted from one: the flow of step 99 (0), then 300 x 6/12 = 150 m3 x 0.80 = 120 EUR.
    line = only(score([detected("c", 100)], year, STREET))
    assert (line.verdict, line.leak.pipe if line.leak else "", line.distance_m, line.delay_h) == ("true", "c", 0.0, 0.0)
    assert line.euros == pytest.approx(120.0)


def test_the_sum_counts_steps_from_one(year: Year) -> None:
    # Step 200 begins with the flow of step 199: 201 x 6/12 x 0.80 = 80.40 EUR, 100 steps after the start = 8 h 20.
    line = only(score([detected("c", 200)], year, STREET))
    assert line.euros == pytest.approx(80.40)
    assert line.delay_h == pytest.approx(100 / 12)


@pytest.mark.parametrize(("step", "euros"), [(0, 460.80), (1, 460.80), (2, 460.00)])
def test_step_nought_counts_as_step_one(year: Year, step: int, euros: float) -> None:
    # a loses 1 m3 a step: 576 x 0.80 = 460.80; from step 2 one step less.
    assert score([detected("a", step)], year, STREET).score_eur == euros


def test_distance_costs_a_share_of_the_crew(year: Year) -> None:
    # b lies 250 m from c: 120 - 500 x 250/300 = -296.67 EUR, a true detection that costs more than it earns;
    # but a lies nearer (150 m), is running and not yet found: (576 - 99) x 0.80 - 500 x 150/300 = 381.60 - 250.
    first = score([detected("b", 100)], year, STREET)
    assert first.score_eur == 131.60
    second = score([detected("a", 1), detected("b", 100)], year, STREET)
    assert [line.euros for line in second.lines] == pytest.approx([460.80, 120 - 500 * 250 / 300])
    assert (second.true_positives, second.false_positives) == (2, 0)


def test_of_several_leaks_the_nearest_not_yet_found_counts(year: Year) -> None:
    # f: 275 m from a, 175 m from c; d is out of reach. At step 250 c is nearer, then a, then none is left: 0 EUR.
    result = score([detected("f", 250)] * 3, year, STREET)
    assert [line.leak.pipe if line.leak else None for line in result.lines] == ["c", "a", None]
    assert [line.verdict for line in result.lines] == ["true", "true", "repeated"]
    assert [line.euros for line in result.lines] == pytest.approx(
        [(400 - 249) * 0.5 * 0.80 - 500 * 175 / 300, (576 - 249) * 0.80 - 500 * 275 / 300, 0.0]
    )


def test_a_leak_already_found_earns_nothing_and_costs_nothing(year: Year) -> None:
    result = score([detected("d", 300), detected("e", 301), detected("d", 302)], year, STREET)
    assert [line.verdict for line in result.lines] == ["true", "repeated", "repeated"]
    assert result.score_eur == pytest.approx((576 - 299) * 2 * 0.80)
    assert result.false_positives == 0


@pytest.mark.parametrize(
    ("pipe", "step", "verdict"),
    [
        ("c", 99, "false"),  # a step before the start; a is 400 m off
        ("c", 100, "true"),
        ("c", 399, "true"),  # the last step of the leak counts
        ("c", 400, "false"),  # repaired; d at 350 m, a at 400 m
        ("e", 199, "false"),
        ("e", 200, "true"),  # 250 m from d
        ("d", 575, "true"),
        ("d", 576, "false"),  # after the series
    ],
)
def test_the_window_holds_both_ends(year: Year, pipe: str, step: int, verdict: str) -> None:
    line = only(score([detected(pipe, step)], year, STREET))
    assert line.verdict == verdict
    if verdict == "false":
        assert line.euros == -500.0


@pytest.mark.parametrize(("length_m", "verdict"), [(200.0, "true"), (200.1, "false")])
def test_three_hundred_metres_is_within_reach(length_m: float, verdict: str) -> None:
    # From the middle of x (100 m) over y to the middle of z (100 m): 50 + y + 50, that is 300 m when y has 200 m.
    town = Pipes((Pipe("x", "1", "2", 100.0), Pipe("y", "2", "3", length_m), Pipe("z", "3", "4", 100.0)))
    leaking = Year(START, STEPS, (leaks.Leak("x", "abrupt", at(0), at(575), flow(0, 575, 12.0)),))
    line = only(score([detected("z", 10)], leaking, town))
    assert line.verdict == verdict
    if verdict == "true":
        assert line.euros == pytest.approx((576 - 9) * 0.80 - 500)


def test_earlier_detections_are_dropped_and_the_rest_sorted(year: Year) -> None:
    early = Detection("b", START - leaks.STEP)
    result = score([detected("c", 300), early, detected("c", 150)], year, STREET)
    assert result.dropped == (early,)
    assert [line.detection.time for line in result.lines] == [at(150), at(300)]
    assert [line.verdict for line in result.lines] == ["true", "repeated"]


def test_detections_of_one_time_keep_their_order(year: Year) -> None:
    # b takes a (150 m) when it comes first; when a itself comes first, b is left with c (250 m).
    firsts = [score([detected(one, 150), detected(two, 150)], year, STREET) for one, two in ("ba", "ab")]
    assert [[line.leak.pipe if line.leak else None for line in one.lines] for one in firsts] == [
        ["a", None],
        ["a", "c"],
    ]


def test_the_maximum_is_every_leak_in_its_pipe_at_its_start(year: Year) -> None:
    # 460.80 + 120.00 + 376 steps x 2 m3 x 0.80 = 601.60
    assert scoring.maximum_eur(year) == 1182.40
    result = score([detected("a", 0), detected("c", 100), detected("d", 200)], year, STREET)
    assert (result.score_eur, result.share) == (1182.40, 1.0)


def test_nothing_detected_scores_nothing(year: Year) -> None:
    result = score([], year, STREET)
    assert (result.score_eur, result.true_positives, result.false_positives, result.leaks) == (0, 0, 0, 3)
    assert result.median_delay_h("abrupt") is None


def test_a_year_without_leaks_has_false_positives_only() -> None:
    result = score([detected("a", 5)], Year(START, STEPS, ()), STREET)
    assert (result.score_eur, result.false_positives, result.maximum_eur, result.share) == (-500, 1, 0, 0)


def test_delays_are_told_apart_by_kind_and_without_inherited_leaks(year: Year) -> None:
    result = score([detected("a", 24), detected("c", 136), detected("d", 320)], year, STREET)
    assert result.delays_h("abrupt") == {"c": 3.0}
    assert result.delays_h("incipient") == {"d": 10.0}
    assert result.inherited_delays_h() == {"a": 2.0}
    assert result.median_delay_h("abrupt") == 3.0


def test_unknown_pipes_and_times_between_steps_are_all_named(year: Year) -> None:
    wrong = [Detection("nowhere", at(3)), detected("a", 4), Detection("c", at(5) + np.timedelta64(60, "s"))]
    with pytest.raises(InvalidInput) as raised:
        score(wrong, year, STREET)
    assert [fault.where for fault in raised.value.faults] == ["detection 1", "detection 3"]


def test_distances_are_symmetric_and_go_through_valves() -> None:
    expected = {"b": {"a": 150, "b": 0, "c": 250, "f": 125}, "f": {"a": 275, "b": 125, "c": 175, "f": 0}}
    for pipe, distances in expected.items():
        assert STREET.within(pipe, 300.0) == pytest.approx(distances)
    assert STREET.within("c", 1000.0)["d"] == STREET.within("d", 1000.0)["c"] == 350.0
    with pytest.raises(NotFound):
        STREET.within("nowhere", 10.0)


def test_the_network_file_is_read_in_metres(tmp_path: Path) -> None:
    file = tmp_path / "town.inp"
    lines = ["[PIPES] ", ";ID", "p1 a b 100 50 100 0 Open ;remark", "[VALVES]", "v b c 50 PRV 3 0", "[OPTIONS]"]
    file.write_text("\n".join([*lines, "Units LPS", "[PUMPS]", "u c d HEAD 1"]))
    assert pipes.read(file) == Pipes((Pipe("p1", "a", "b", 100.0),), (("b", "c"), ("c", "d")))
    file.write_text("\n".join([*lines, "Units GPM"]))
    assert pipes.read(file).pipes[0].length_m == pytest.approx(30.48)
    file.write_text("[PIPES]\np1 a b long\np2 a\n")
    with pytest.raises(InvalidInput, match=r"line 2, \[PIPES\](.|\n)*line 3") as raised:
        pipes.read(file)
    assert len(raised.value.faults) == 2


# The true leaks.


def test_leaks_are_found_in_the_series_where_no_list_is_given() -> None:
    steady, growing = flow(10, 200, 5.0), flow(10, 200, 5.0) * np.linspace(0, 1, STEPS)
    found = leaks.year_of(pa.table({"a": steady, "b": growing, leaks.TIME: times()}))
    assert [(leak.pipe, leak.kind, leak.start, leak.end) for leak in found.leaks] == [
        ("a", "abrupt", at(10), at(200)),
        ("b", "incipient", at(10), at(200)),
    ]


def test_a_year_survives_writing_and_reading(year: Year) -> None:
    again = leaks.year_of(*leaks.tables(year))
    for one, other in zip(year.leaks, again.leaks, strict=True):
        assert (one.pipe, one.kind, one.start, one.end) == (other.pipe, other.kind, other.start, other.end)
        assert np.array_equal(one.flow_m3_h, other.flow_m3_h)
    assert [again.inherited(leak) for leak in again.leaks] == [True, False, False]


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"a": flow(1, 2, 1.0)}, "no times"),
        ({"a": flow(1, 2, 1.0)[:3], leaks.TIME: times()[[0, 1, 3]]}, "five-minute"),
        ({"a": flow(1, 2, -1.0), "b": flow(1, 2, 0.0), leaks.TIME: times()}, r"a: (.|\n)*b: found no flow"),
        ({"a": flow(1, 2, np.nan), leaks.TIME: times()}, "0 or more"),
    ],
)
def test_flows_that_cannot_be_used_are_refused(columns: dict[str, np.ndarray], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        leaks.year_of(pa.table(columns))


def test_a_list_that_does_not_fit_the_flows_is_refused() -> None:
    flows = pa.table({"a": flow(1, 2, 1.0), leaks.TIME: times()})
    listed = pa.table({"pipe": ["b"], "start": ["2030-01-01"], "end": ["2030-01-02"], "kind": ["slow"]})
    with pytest.raises(InvalidInput) as raised:
        leaks.year_of(flows, listed)
    assert len(raised.value.faults) == 3


# Submissions.


def test_a_submission_is_read_with_its_remarks_and_spaces() -> None:
    text = "# team\n\n p1 ,  2019-01-01 00:05  \np2,2019-02-03 04:05:00\n"
    assert submission.parse(text) == [
        Detection("p1", np.datetime64("2019-01-01T00:05:00")),
        Detection("p2", np.datetime64("2019-02-03T04:05:00")),
    ]
    assert submission.parse(submission.text_of(submission.parse(text))) == submission.parse(text)
    assert submission.parse("") == []


def test_every_bad_line_is_named() -> None:
    text = "p1, 2019-01-01 00:05\np2 2019-01-01 00:05\np3, 01/02/2019 00:05\np4, 2019-02-30 00:05\n, 2019-01-01 00:05\n"
    with pytest.raises(InvalidInput) as raised:
        submission.parse(text)
    assert [fault.where for fault in raised.value.faults] == ["line 2", "line 3", "line 4", "line 5"]


# The blind spray.


def test_the_cover_leaves_no_pipe_out_and_takes_the_widest_first() -> None:
    # Within 300 m: a {a b f}, b {a b c f}, c {b c f}, d {d e}, e {d e}, f {a b c f}; b comes before f, d before e.
    assert blind_spray.cover(STREET) == ("b", "d")


def test_the_spray_names_every_chosen_pipe_at_each_date(year: Year) -> None:
    sprayed = blind_spray.spray(("b", "d"), year)
    assert [str(one.time)[:16] for one in sprayed[::2]] == [f"2030-{month:02d}-01T00:05" for month in range(1, 12, 2)]
    assert [one.pipe for one in sprayed] == ["b", "d"] * 6


# L-Town: the organisers' three example submissions and their published scores (KIOS-Research/BattLeDIM, ea81f54).


@pytest.fixture(scope="module")
def town() -> Pipes:
    return pipes.read(L_TOWN / "L-TOWN.inp")


@pytest.fixture(scope="module")
def known() -> Year:
    return leaks.read(L_TOWN / "leak_flows_m3_h_2019.parquet", L_TOWN / "leaks_2019.csv")


@pytest.mark.shared
@without
@pytest.mark.parametrize(
    ("team", "euros", "true", "false"),
    [
        ("PERFECT_TEAM", 523_153.82, 23, 0),
        ("test_team", 523_153.82, 23, 0),
        ("test_team_multiple", 9_547.81, 1, 1),
    ],
)
def test_published_scores(town: Pipes, known: Year, team: str, euros: float, true: int, false: int) -> None:
    result = score(submission.read(L_TOWN / f"submission_{team}.txt"), known, town)
    assert (result.score_eur, result.true_positives, result.false_positives) == (euros, true, false)
    assert result.maximum_eur == 523_153.82


@pytest.mark.shared
@without
def test_published_lines(town: Pipes, known: Year) -> None:
    """Some of the lines of the organisers' report on the second example [EUR, four decimals]."""
    result = score(submission.read(L_TOWN / "submission_test_team.txt"), known, town)
    published = {"p257": 47071.6787, "p523": 8902.722, "p653": 10458.038, "p331": 51752.7173, "p879": 2901.1147}
    earned = {line.leak.pipe: line.euros for line in result.lines if line.leak}
    assert {pipe: earned[pipe] for pipe in published} == pytest.approx(published, abs=6e-4)
    assert [line.euros for line in result.lines if line.verdict == "repeated"] == [0.0]


@pytest.mark.shared
@without
@pytest.mark.parametrize(
    ("times_a_year", "euros", "true", "false"),
    [(1, 151_153, 4, 31), (6, 378_138, 20, 137), (12, 340_993, 23, 266)],
)
def test_the_blind_spray(town: Pipes, known: Year, times_a_year: int, euros: float, true: int, false: int) -> None:
    result = blind_spray.blind(known, town, times_a_year)
    assert (round(result.score_eur), result.true_positives, result.false_positives) == (euros, true, false)
