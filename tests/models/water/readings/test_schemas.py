"""The schemas of water data: each can be used, has titles in both languages, and lets readings come twice."""

from pathlib import Path

import pytest

from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema

FOLDER = Path("agglo/models/water/schemas")
NAMES = ["household-readings", "meters", "network", "readings", "sectors", "sensors"]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_whole_in_both_languages(name: str) -> None:
    schema = Schema.load(FOLDER / f"water-{name}.json")
    assert schema.name == f"water-{name}"
    described = [schema.descriptor, *schema.descriptor["fields"]]
    assert all(sorted(one["title"]) == ["en", "fr"] for one in described)
    assert sorted(schema.descriptor["description"]) == ["en", "fr"]


def test_a_reading_that_comes_twice_reaches_the_model(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time;sensor;flow_m3_h\n" + "2024-01-01T00:00:00Z;a;1,5\n" * 2, encoding="utf-8")
    assert prepare(path, schema=Schema.load(FOLDER / "water-readings.json")).table.num_rows == 2
