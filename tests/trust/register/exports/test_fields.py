"""Lists of fields as data, and what a record breaks of them."""

from pathlib import Path

import pytest

from agglo.contract.card import ENTRIES
from agglo.trust.register.exports.fields import Field, FieldList, is_empty

LIST = FieldList(
    "sample",
    (
        Field("name", required=True, most=5, entry="maker.title", note={"en": "Its name."}),
        Field("state", asked=True, permitted=("on", "off")),
        Field("day", pattern="[0-9]{4}-[0-9]{2}", example="2026-01"),
        Field("tags", permitted=("a", "b")),
    ),
    "nowhere",
    "2026-11-24",
)
FOLDER = Path(__file__).parents[4] / "agglo" / "trust" / "register" / "exports" / "fields"


def test_a_record_that_says_all_well_has_no_fault() -> None:
    assert LIST.faults({"name": "abcde", "state": "on", "day": "2026-01", "tags": ["a", "b"]}) == []


def test_every_fault_is_a_sentence() -> None:
    assert LIST.faults({"state": "up", "day": "January", "tags": ["a", "c"], "nam": "x"}) == [
        "name: required, and empty.",
        'nam: no such field. Did you mean "name"?',
        'state: "up" is none of the permitted values: on, off.',
        'day: "January" is not written as asked, such as 2026-01.',
        'tags: "c" is none of the permitted values: a, b.',
    ]
    assert LIST.faults({"name": "abcdef"}) == ["name: 6 characters, at most 5 are permitted."]


def test_what_is_asked_is_lacking_and_valid_all_the_same() -> None:
    required, asked = LIST.lacks({"name": "  ", "tags": []})
    assert (required.target_field, required.entry, required.why, required.required) == (
        "name", "maker.title", "Its name.", True,
    )  # fmt: skip
    assert (asked.target_field, asked.required) == ("state", False)
    assert LIST.wrong({"name": ""}) == []


@pytest.mark.parametrize("value", [None, "", " \n", [], [""], {}, {"a": ""}, [{"a": None}]])
def test_nothing_is_empty(value: object) -> None:
    assert is_empty(value)


@pytest.mark.parametrize("value", ["a", 0, False, ["", "a"], {"a": {"b": 1}}])
def test_something_is_not_empty(value: object) -> None:
    assert not is_empty(value)


@pytest.mark.parametrize("target", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_every_list_says_where_it_is_from_and_names_entries_that_exist(target: str) -> None:
    fields = FieldList.read(target)
    assert len(fields.source) > 20
    assert fields.read_on == "2026-11-24"
    assert len(set(fields.names)) == len(fields.names)
    assert [one.entry for one in fields.fields if one.entry and one.entry not in ENTRIES] == []
