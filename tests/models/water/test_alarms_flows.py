"""The watch on inflows: bands, lasting excess, common changes, holidays."""

from datetime import date

import numpy as np
import pytest

from agglo.models.water.watching.bands import expected_day
from agglo.models.water.watching.flows import FlowWatch, Known
from agglo.models.water.watching.holidays import easter, french_holidays

from .watch_scenes import demand

DAYS = 120
NONE = np.zeros(DAYS, bool)


def sector(seed: int, extra: np.ndarray | float = 0.0) -> np.ndarray:
    return demand(np.arange(DAYS * 24), np.random.default_rng(seed), 1.5) + extra


def later(flow: float, day: int = 80) -> np.ndarray:
    return np.where(np.arange(DAYS * 24) >= day * 24, flow, 0.0)


def kinds(watch: FlowWatch) -> list[tuple[str, str]]:
    return [(one.kind, one.sector) for one in watch.found]


def test_the_band_holds_99_percent_of_quiet_hours_and_uses_only_the_past() -> None:
    values = sector(1)
    watch = FlowWatch({"a": values}, NONE)
    watch.run()
    band = watch.bands["a"]
    known = np.isfinite(band.expected)
    inside = np.abs(values - band.expected)[known] <= band.half[known]
    assert not known[: 28 * 24].any()
    assert inside.mean() == pytest.approx(0.99, abs=0.015)
    before = expected_day(values, 100, NONE)[0]
    changed = values.copy()
    changed[100 * 24 :] += 500
    assert (expected_day(changed, 100, NONE)[0] == before).all()


def test_one_sector_that_takes_more_is_told_with_its_size() -> None:
    watch = FlowWatch({"a": sector(1), "b": sector(2, later(12.0)), "c": sector(3)}, NONE)
    watch.run()
    assert kinds(watch) == [("excess", "b")]
    assert watch.found[0].step_m3_h == pytest.approx(12, abs=2)
    assert abs(watch.found[0].start - 80) <= 1
    assert watch.found[0].raised <= 88


def test_a_change_that_all_sectors_share_is_no_alarm() -> None:
    rng = np.random.default_rng(9)
    weather = np.repeat(rng.normal(0, 2.0, DAYS), 24)
    hot = later(12.0)
    watch = FlowWatch({name: sector(seed, weather + hot) for seed, name in enumerate("abc")}, NONE)
    watch.run()
    assert {kind for kind, _sector in kinds(watch)} == {"common"}
    assert watch.found[0].neighbours
    apart = FlowWatch(
        {name: sector(seed, weather + (hot if name == "a" else 0)) for seed, name in enumerate("abc")}, NONE
    )
    apart.run()
    assert ("excess", "a") in kinds(apart)


def test_an_end_is_told_as_a_return() -> None:
    watch = FlowWatch({"a": sector(1, later(12.0, 70) - later(12.0, 100))}, NONE)
    watch.run()
    assert [kind for kind, _sector in kinds(watch)] == ["excess", "return"]


def test_a_confirmed_loss_is_taken_off_and_its_repair_is_no_fall() -> None:
    leak = later(12.0, 70) - later(12.0, 100)
    watch = FlowWatch({"a": sector(1, leak)}, NONE, [Known("a", 70, 80, 100, 12.0)])
    watch.run()
    assert [kind for kind, _sector in kinds(watch)] == ["excess"]
    assert watch.bands["a"].expected[85 * 24 : 99 * 24].mean() == pytest.approx(
        sector(1)[85 * 24 : 99 * 24].mean() + 12, abs=2
    )


def test_holidays_teach_nothing_and_raise_nothing() -> None:
    special = NONE.copy()
    special[80:95] = True
    feast = np.where(np.repeat(special, 24), 40.0, 0.0)
    watch = FlowWatch({"a": sector(1, feast)}, special)
    watch.run()
    assert kinds(watch) == []
    blind = FlowWatch({"a": sector(1, feast)}, NONE)
    blind.run()
    assert ("excess", "a") in kinds(blind)


def test_too_short_a_history_and_a_constant_inflow_raise_nothing() -> None:
    short = FlowWatch({"a": sector(1)[: 25 * 24]}, NONE[:25])
    short.run()
    constant = FlowWatch({"a": np.full(DAYS * 24, 7.0), "b": np.zeros(DAYS * 24)}, NONE)
    constant.run()
    lost = FlowWatch({"a": np.full(DAYS * 24, np.nan)}, NONE)
    lost.run()
    assert short.found == constant.found == lost.found == []


def test_easter_and_public_holidays() -> None:
    """Easter Sundays published by the almanacs: 2000, 2019, 2024, 2025."""
    found = [easter(year) for year in (2000, 2019, 2024, 2025)]
    assert found == [date(2000, 4, 23), date(2019, 4, 21), date(2024, 3, 31), date(2025, 4, 20)]
    assert {date(2025, 4, 21), date(2025, 5, 29), date(2025, 6, 9), date(2025, 7, 14)} <= french_holidays(2025)
    assert date(2025, 6, 3) not in french_holidays(2025)
