"""Energy counters of the machine, on recorded folders."""

from pathlib import Path

import pytest

from agglo.footprint.rapl import EnergyCounter


def domain(folder: Path, name: str, *, energy: int, kind: str = "package-0", span: int = 1_000_000) -> Path:
    made = folder / name
    made.mkdir()
    for file, value in (("energy_uj", energy), ("name", kind), ("max_energy_range_uj", span)):
        (made / file).write_text(f"{value}\n", encoding="ascii")
    return made / "energy_uj"


def test_packages_are_summed_and_their_parts_and_the_platform_left_out(tmp_path: Path) -> None:
    counters = [
        domain(tmp_path, "intel-rapl:0", energy=100),
        domain(tmp_path, "intel-rapl:1", energy=500, kind="package-1"),
        domain(tmp_path, "intel-rapl:0:0", energy=10, kind="core"),
        domain(tmp_path, "intel-rapl:2", energy=900, kind="psys"),
    ]
    counter = EnergyCounter(tmp_path)
    for path in counters:
        path.write_text(str(int(path.read_text()) + 2000), encoding="ascii")
    assert counter.update() == pytest.approx(0.004)


def test_a_counter_that_wraps_around(tmp_path: Path) -> None:
    path = domain(tmp_path, "intel-rapl:0", energy=999_000)
    counter = EnergyCounter(tmp_path)
    path.write_text("3000", encoding="ascii")
    assert counter.update() == pytest.approx(0.004)
    path.write_text("5000", encoding="ascii")
    assert counter.update() == pytest.approx(0.006)


def test_no_counter_is_none_and_never_zero(tmp_path: Path) -> None:
    assert EnergyCounter(tmp_path).update() is None
    assert EnergyCounter(tmp_path / "absent").update() is None


def test_a_counter_that_goes_away_is_none(tmp_path: Path) -> None:
    path = domain(tmp_path, "intel-rapl:0", energy=1)
    counter = EnergyCounter(tmp_path)
    assert counter.readable
    path.unlink()
    assert counter.update() is None
    assert not counter.readable
