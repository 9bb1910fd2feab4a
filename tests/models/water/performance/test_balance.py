"""The IWA balance closes, and its confidence limits are those of a published one."""

import csv
from collections import defaultdict
from math import fsum, hypot, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.water.performance.balance import ENTRIES
from agglo.models.water.performance.propagation import halfwidth
from agglo.models.water.performance.volumes import NAMES, Volumes

from ..volume_scenes import PUBLISHED

AMOUNT = st.floats(0, 1e9)
ANY = st.builds(Volumes, *[AMOUNT] * len(NAMES))


@given(ANY)
def test_every_entry_is_the_sum_of_its_parts(volumes: Volumes) -> None:
    amounts = {one.name: one.amount(volumes) for one in ENTRIES}
    close = {"rel": 1e-9, "abs": 1e-9 * fsum(getattr(volumes, name) for name in NAMES)}
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for one in ENTRIES:
        parts[one.part_of].append(amounts[one.name])
    for whole, found in parts.items():
        if whole:
            assert fsum(found) == pytest.approx(amounts[whole], **close), whole
    assert amounts["authorised-consumption"] + amounts["water-losses"] == pytest.approx(
        amounts["system-input"], **close
    )
    assert amounts["billed-authorised"] + amounts["non-revenue-water"] == pytest.approx(
        amounts["system-input"], **close
    )
    assert amounts["non-revenue-water"] == pytest.approx(
        amounts["unbilled-authorised"] + amounts["water-losses"], **close
    )


def test_entries_are_named_once_and_their_wholes_exist() -> None:
    names = [one.name for one in ENTRIES]
    assert len(names) == len(set(names))
    assert {one.part_of for one in ENTRIES} <= {"", *names}


def test_confidence_limits_of_a_published_balance() -> None:
    """Thornton, Sturm and Kunkel 2008, table 7.5: non-revenue water of 4,253.92 is known to 11.2 %."""
    with (PUBLISHED / "water-balance.csv").open(encoding="utf-8", newline="") as file:
        rows = [(one.pop("entry"), {key: float(value) for key, value in one.items()}) for one in csv.DictReader(file)]
    told = dict(rows)
    sources = [one for entry, one in rows if entry == "source"]
    put_in = Volumes(fsum(one["volume"] for one in sources), 0.0, 0.0, told["billed-metered"]["volume"], 0.0, 0.0)
    errors = {
        "produced": hypot(*(_half(one) for one in sources)),
        "metered": _half(told["billed-metered"]),
    }
    for entry in ("system-input", "non-revenue-water"):
        (amount,) = (one.amount for one in ENTRIES if one.name == entry)
        assert amount(put_in) == pytest.approx(told[entry]["volume"], abs=0.01)
        half = halfwidth(amount, put_in, errors)
        assert half == pytest.approx(_half(told[entry]), rel=1e-5)
        assert round(100 * half / amount(put_in), 1) == told[entry]["limit"]


def _half(row: dict[str, float]) -> float:
    return 1.96 * sqrt(row["variance"])


@given(ANY, st.lists(st.floats(0, 1e8), min_size=len(NAMES), max_size=len(NAMES)))
def test_errors_of_losses_are_those_of_their_parts_squared_and_added(volumes: Volumes, halves: list[float]) -> None:
    halfwidths = dict(zip(NAMES, halves, strict=True))
    found = halfwidth(lambda one: one.losses, volumes, halfwidths)
    known = hypot(*(halfwidths[name] for name in NAMES[:6]))
    assert found == pytest.approx(known, rel=1e-6, abs=1e-3)


def test_without_errors_there_is_no_interval() -> None:
    assert halfwidth(lambda one: one.losses, Volumes(10.0, 0, 0, 5.0, 0, 0), dict.fromkeys(NAMES, 0.0)) == 0
