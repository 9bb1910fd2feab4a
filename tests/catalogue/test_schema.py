import json
from pathlib import Path

import pyarrow as pa
import pytest

import agglo.catalogue
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput, NotFound

GENERIC = sorted((Path(agglo.catalogue.__file__).parent / "schemas").glob("*.json"))


def refused(**descriptor: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        Schema.from_dict(descriptor)
    return str(caught.value)


def test_types_of_table_schema_become_logical_types():
    types = ["boolean", "integer", "number", "string", "date", "datetime"]
    schema = Schema.from_dict({"fields": [{"name": kind, "type": kind} for kind in types]})
    assert schema.arrow_schema().types == [
        pa.bool_(),
        pa.int64(),
        pa.float64(),
        pa.string(),
        pa.date32(),
        pa.timestamp("us", "UTC"),
    ]


def test_a_field_without_type_is_text_and_a_decimal_keeps_its_scale():
    schema = Schema.from_dict(
        {"fields": [{"name": "a"}, {"name": "b", "type": "number", "decimal": {"precision": 9, "scale": 2}}]}
    )
    assert schema.arrow_schema().types == [pa.string(), pa.decimal128(9, 2)]


def test_units_are_metadata_of_columns():
    schema = Schema.from_dict({"fields": [{"name": "area", "type": "number", "unit": "ha"}]})
    assert schema.arrow_schema().field("area").metadata == {b"unit": b"ha"}


def test_titles_are_in_the_language_in_force():
    schema = Schema.from_dict({"title": {"fr": "Aires", "en": "Areas"}, "fields": [{"name": "a", "title": "A"}]})
    assert (schema.title, schema["a"].label) == ("Areas", "A")


def test_every_fault_of_a_descriptor_is_listed():
    message = refused(
        fields=[
            {"name": "a", "type": "nubmer"},
            {"name": "b", "type": "number", "unit": "hectare", "constraint": {}},
            {"name": "b", "constraints": {"minimun": 0, "pattern": "["}},
            {"name": "c", "type": "date", "constraints": {"minimum": "tomorrow"}},
            {"type": "string"},
        ],
        primaryKey=["z"],
        feilds=[],
    )
    for part in (
        'Did you mean "number"?',
        "'hectare'",
        'Did you mean "constraints"?',
        "a name used once",
        'Did you mean "minimum"?',
        "a regular expression",
        "a value of type date",
        "fields[5].name",
        'primaryKey: found "z"',
        'Did you mean "fields"?',
    ):
        assert part in message, part


@pytest.mark.parametrize(
    ("field", "match"),
    [
        ({"name": "a", "unit": "ha"}, "a number or an integer only"),
        ({"name": "a", "format": "email"}, "no format"),
        ({"name": "a", "type": "number", "bareNumber": False}, "without text"),
        ({"name": "a", "type": "integer", "decimal": {"precision": 3, "scale": 1}}, "on a number"),
        ({"name": "a", "type": "number", "decimal": {"precision": 3, "scale": 5}}, "on a number"),
        ({"name": "a", "type": "number", "constraints": {"minLength": 3}}, "on a string only"),
        ({"name": "shape", "type": "geometry"}, 'under the name "geometry"'),
        ({"name": "a", "constraints": {"enum": []}}, "at least one value"),
    ],
)
def test_a_field_that_cannot_be_is_refused(field, match):
    assert match in refused(fields=[field])


def test_no_field_is_refused():
    assert "at least one field" in refused(fields=[])


def test_a_file_that_is_missing_or_no_json(tmp_path):
    with pytest.raises(NotFound, match=r"areas\.json"):
        Schema.load(tmp_path / "areas.json")
    (tmp_path / "areas.json").write_text("[1,")
    with pytest.raises(InvalidInput, match="a JSON object"):
        Schema.load(tmp_path / "areas.json")


@pytest.mark.parametrize("path", GENERIC, ids=lambda path: path.stem)
def test_generic_schemas_load_and_speak_both_languages(path):
    schema = Schema.load(path)
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    assert schema.name == path.stem
    assert set(descriptor["title"]) == {"fr", "en"}
    assert all(set(field["title"]) == {"fr", "en"} for field in descriptor["fields"])
