"""Shares: what is read, and everything that is refused."""

from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.climate.shares import Shares, read_shares

from .pathway_scenes import SHARES, handle, share

THREE = (share("transport", 0.39), share("buildings", 0.46), share("other", 0.15))


def read(folder, *rows: dict[str, Any]) -> Shares:
    return read_shares(handle(folder, "shares", SHARES, rows))


def test_shares_in_the_order_of_the_groups(tmp_path) -> None:
    found = read(tmp_path, *reversed(THREE))
    assert dict(found.by_group) == {"transport": 0.39, "buildings": 0.46, "other": 0.15}
    assert [*found.by_group] == ["transport", "buildings", "other"]
    assert (found.place, found.reference_year, found.quality, found.source) == ("200056232", 2012, "declared", "test")


def test_the_worst_quality_is_that_of_all(tmp_path) -> None:
    found = read(tmp_path, THREE[0], {**THREE[1], "quality": "assumed"}, {**THREE[2], "quality": "measured"})
    assert found.quality == "assumed"


def test_rounded_shares_are_kept_as_published(tmp_path) -> None:
    found = read(tmp_path, *THREE[:2], share("other", 0.146))
    assert found.total == pytest.approx(0.996)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "expected one row for each group"),
        (THREE[:2], "all groups together: found 0.85, expected 1, within 0.5 %"),
        ([*THREE[:2], share("other", 0.156)], "found 1.006, expected 1, within 0.5 %"),
        ([*THREE[:2], share("other", 0.0)], "row 3, other, share: found 0, expected a share above 0"),
        ([share("transport", 39.0)], "Give shares, not percentages"),
        ([*THREE[:2], share("other", float("nan"))], "row 3, other, share: found nan"),
        ([*THREE[:2], share("other", None)], "row 3, other, share: found nothing, expected a value"),
        ([*THREE[:2], share("others", 0.15)], 'Did you mean "other"'),
        ([*THREE, THREE[0]], "shares, transport: found this group twice"),
        ([*THREE[:2], share("other", 0.15, place="246700488")], "shares, place: found 200056232, 246700488"),
        ([*THREE[:2], share("other", 0.15, reference_year=2015)], "shares, reference_year: found 2012, 2015"),
        ([*THREE[:2], share("other", 0.15, quality="measurd")], 'Did you mean "measured"'),
    ],
)
def test_what_is_refused(tmp_path, rows, said: str) -> None:
    with pytest.raises(InvalidInput, match="table of shares cannot be read") as caught:
        read(tmp_path, *rows)
    assert said in str(caught.value)


def test_a_column_that_is_missing_is_named(tmp_path) -> None:
    other = SHARES.remove(SHARES.get_field_index("share"))
    rows = [{name: value for name, value in one.items() if name != "share"} for one in THREE]
    with pytest.raises(InvalidInput, match="column share: found no such column"):
        read_shares(handle(tmp_path, "shares", other, rows))
