"""What the bench measures; nothing here depends on the time it takes."""

from pathlib import Path

import pytest

pytest.importorskip("wntr", reason="WNTR comes with the extra water")

from benchmarks.water import cost
from benchmarks.water.cost import Scene, Spent


def test_without_l_town_net3_is_measured_and_said_to_be(tmp_path: Path) -> None:
    network, name = cost.scene(tmp_path)
    assert network.name == "Net3.inp"
    assert name.startswith("Net3 (L-Town")
    (tmp_path / "L-TOWN.inp").touch()
    assert cost.scene(tmp_path) == (tmp_path / "L-TOWN.inp", "L-Town")


def test_any_network_has_sensors(tmp_path: Path) -> None:
    nodes, links = cost.sensors(cost.scene(tmp_path)[0])
    assert (len(set(nodes)), len(set(links))) == (33, 3)


def test_stepping_keeps_every_step_of_the_sensors(tmp_path: Path) -> None:
    assert cost.stepped(cost.scene(tmp_path)[0], 3600) == "13 steps, 36 sensors"


def test_a_part_says_what_it_spent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(cost.PARTS, "a week", lambda given: given.network.name)
    spent = cost.measured("a week", Scene(tmp_path / "town.inp"))
    assert spent.said == "town.inp"
    assert spent.peak_mb > 10
    assert spent.clock_s >= 0


def test_a_detector_is_timed_on_a_year(tmp_path: Path) -> None:
    given = Scene(tmp_path / "town.inp", tmp_path, f"{__name__}:two")
    assert cost.detected(given) == "2 detections"


def two(_readings: object) -> list[tuple[str, str]]:
    return [("p1", "2019-01-01"), ("p2", "2019-01-02")]


@pytest.mark.parametrize(
    ("clock_s", "processor_s", "peak_mb", "said"),
    [
        (29.0, 29.0, 399.0, "target 30 s: kept, target 400 MB: kept"),
        (31.0, 29.0, 401.0, "target 30 s: kept by processor time, target 400 MB: MISSED"),
        (31.0, 31.0, 401.0, "target 30 s: MISSED, target 400 MB: MISSED"),
    ],
)
def test_targets_are_held_against(clock_s: float, processor_s: float, peak_mb: float, said: str) -> None:
    assert cost.verdict("a year", Spent(clock_s, processor_s, peak_mb)) == said
    assert cost.verdict("a week", Spent(clock_s, processor_s, peak_mb)) == ""
