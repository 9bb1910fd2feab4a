from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from agglo.contract.errors import InvalidInput
from agglo.contract.parameters import LARGEST_INTEGER, Parameters, ParameterSchema, parameter
from agglo.store.digest import of_json


class Colour(Enum):
    RED = "red"
    ONE = "1"


class Soil(BaseModel):
    depth_m: float = 0.3


class Everything(Parameters):
    share: float = parameter(0.5, unit="1", title="share", source="assumed", ge=0, le=1)
    area: float = parameter(10.0, unit="ha", title="area", source="assumed", gt=0)
    count: int = parameter(1, unit="count", title="count", source="assumed", lt=10**20)
    code: str = parameter("91272", unit="1", title="code", source="assumed", min_length=2)
    label: str | None = parameter(None, unit="1", title="label", source="assumed")
    limit: float | None = parameter(None, unit="m", title="limit", source="assumed")
    active: bool = parameter(True, unit="1", title="active", source="assumed")
    way: Literal["fast", "slow"] = parameter("fast", unit="1", title="way", source="assumed")
    colour: Colour = parameter(Colour.RED, unit="1", title="colour", source="assumed")
    years: list[int] = parameter([2012, 2018], unit="1", title="years", source="assumed")
    overrides: dict[str, Annotated[float, Field(ge=0)]] = parameter({}, unit="ha", title="areas", source="assumed")
    soil: Soil = parameter(Soil(), unit="m", title="soil", source="assumed")


class Required(Parameters):
    rain: float = parameter(..., unit="m", title="rain", source="assumed")


SCHEMA = ParameterSchema(Everything)
DEFAULTS = {
    "share": 0.5,
    "area": 10.0,
    "count": 1,
    "code": "91272",
    "label": None,
    "limit": None,
    "active": True,
    "way": "fast",
    "colour": "red",
    "years": [2012, 2018],
    "overrides": {},
    "soil": {"depth_m": 0.3},
}

FOREIGN = ParameterSchema(
    {
        "type": "object",
        "properties": {
            "rain": {"type": "number", "unit": "m", "minimum": 0, "maximum": 10, "default": 1},
            "steps": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 100, "default": 5},
            "way": {"enum": ["1", "slow"], "default": "slow"},
            "label": {"type": ["string", "null"], "default": None},
            "soil": {
                "type": "object",
                "properties": {"depth": {"type": "number", "default": 0.3}, "kind": {"type": "string"}},
                "required": ["kind"],
            },
            "ratio": {"$ref": "#/$defs/ratio", "unit": "1"},
            "codes": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{5}$"}},
        },
        "required": ["ratio"],
        "additionalProperties": False,
        "$defs": {"ratio": {"type": "number", "minimum": 0}},
    }
)


def resolved(name: str, value: Any) -> Any:
    return SCHEMA.resolve({name: value})[name]


def refused(schema: ParameterSchema, **raw: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput, match="cannot be used") as error:
        schema.resolve(raw)
    return {fault.where: f"{fault.got}|{fault.expected}|{fault.repair}" for fault in error.value.faults}


def test_defaults_are_filled_in() -> None:
    assert SCHEMA.resolve({}) == DEFAULTS
    assert SCHEMA.names == list(DEFAULTS)


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("share", "80 %", 0.8),
        ("share", "80%", 0.8),
        ("share", " 0,8 ", 0.8),
        ("share", "8e-1", 0.8),
        ("share", 1, 1.0),
        ("area", "1\u202f234,5", 1234.5),
        ("area", "1 234 567.5 m2", 123.45675),
        ("area", "12\u00a0500\u00a0m2", 1.25),
        ("area", "2 km2", 200.0),
        ("count", "12", 12),
        ("count", "12.0", 12),
        ("count", "9007199254740991", 9007199254740991),
        ("code", "01004", "01004"),
        ("code", "1e5", "1e5"),
        ("code", "null", "null"),
        ("label", "91272", "91272"),
        ("label", "true", "true"),
        ("label", "null", None),
        ("limit", "null", None),
        ("limit", "2 km", 2000.0),
        ("active", "false", False),
        ("active", True, True),
        ("way", "slow", "slow"),
        ("colour", "1", "1"),
        ("years", "[2020, 2021]", [2020, 2021]),
        ("overrides", '{"91272": 3}', {"91272": 3.0}),
        ("soil", '{"depth_m": 0.1}', {"depth_m": 0.1}),
    ],
)
def test_what_a_person_types_is_read_as_what_it_means(name: str, typed: Any, expected: Any) -> None:
    value = resolved(name, typed)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("sign", ["-", "\u2212"])
def test_both_minus_signs_are_understood(sign: str) -> None:
    assert "at least 0" in refused(SCHEMA, share=f"{sign}0,5")["share"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("share", "80 kg", "kg (mass)|1 (ratio)"),
        ("share", "3 percents", "a symbol of the table"),
        ("share", 1.5, "1.5|at most 1"),
        ("share", "120 %", "1.2|at most 1"),
        ("share", "many", "'many'|a number"),
        ("share", "1 2345", "a symbol of the table"),
        ("share", "NaN", "nan|a finite number"),
        ("share", float("inf"), "inf|a finite number"),
        ("share", "1e999", "inf|"),
        ("share", True, "true|a number"),
        ("share", "true", "a number"),
        ("share", None, "None|a number"),
        ("area", 0, "0|more than 0"),
        ("count", 1.5, "1.5|a whole number"),
        ("count", "1e999", "inf|a finite number"),
        ("count", "9" * 5000, "inf|a finite number"),
        ("overrides", "91272", "values by name"),
        ("count", False, "false|a number"),
        ("count", "9007199254740993", "9007199254740993|at most 9007199254740991"),
        ("count", 10**20, "less than"),
        ("code", 91272, "91272|a text"),
        ("active", "perhaps", "true or false"),
        ("active", 2, "true or false"),
        ("way", "medium", "'medium'|one of 'fast' or 'slow'"),
        ("colour", "blue", "one of 'red' or '1'"),
        ("years", "2012", "a list"),
        ("years", "[2012", "a list"),
        ("years", "[" * 100_000, "a list"),
        ("overrides", '{"91272": 3, "91272": 4}', "91272|each name once"),
    ],
)
def test_bad_values_are_refused_with_what_is_expected(name: str, value: Any, said: str) -> None:
    assert said in refused(SCHEMA, **{name: value})[name]


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [("overrides", {"91272": -1}, "overrides.91272"), ("years", [2012, "x"], "years.1")],
)
def test_a_fault_inside_a_value_is_placed(name: str, value: Any, where: str) -> None:
    assert where in refused(SCHEMA, **{name: value})


def test_a_nested_number_that_is_not_finite_is_refused() -> None:
    assert "a finite number" in refused(SCHEMA, soil={"depth_m": float("nan")})["soil.depth_m"]
    assert "at most" in refused(SCHEMA, years=[2012, 2**60])["years.1"]


def test_all_faults_are_given_at_once() -> None:
    found = refused(SCHEMA, shar=1, share="80 kg", area=-1, way="medium", code=3)
    assert set(found) == {"shar", "share", "area", "way", "code"}
    assert 'Did you mean "share"?' in found["shar"]


def test_a_missing_value_is_named_and_one_of_a_wrong_unit_is_named_once() -> None:
    assert refused(ParameterSchema(Required)) == {"rain": "|a value|"}
    with pytest.raises(InvalidInput) as error:
        ParameterSchema(Required).resolve({"rain": "3 kg"})
    assert [(fault.where, fault.got) for fault in error.value.faults] == [("rain", "kg (mass)")]


def test_two_ways_to_say_the_same_have_one_digest() -> None:
    ways: list[dict[str, Any]] = [
        {"area": "1 km2"},
        {"area": 100},
        {"area": 100.0},
        {"area": "100"},
        {"area": "1e2 ha"},
        {"area": "100,0 ha", "share": "50 %"},
    ]
    assert len({of_json(SCHEMA.resolve(raw)) for raw in ways}) == 1


@given(st.floats(0, 1), st.floats(1e-9, 1e9), st.integers(-LARGEST_INTEGER, LARGEST_INTEGER))
def test_canonical_values_are_stable_and_survive_being_typed(share: float, area: float, count: int) -> None:
    canonical = SCHEMA.resolve({"share": share, "area": area, "count": count})
    assert SCHEMA.resolve(canonical) == canonical
    assert SCHEMA.resolve({"share": repr(share), "area": f"{area!r} ha", "count": str(count)}) == canonical


def test_the_model_receives_its_own_class() -> None:
    received = SCHEMA.instance(SCHEMA.resolve({"share": "80 %", "colour": "1"}))
    assert isinstance(received, Everything)
    assert (received.share, received.colour) == (0.8, Colour.ONE)
    with pytest.raises(ValueError, match="frozen"):
        received.share = 0.1


def test_a_parameter_has_a_known_unit() -> None:
    with pytest.raises(InvalidInput, match="Unknown unit"):
        parameter(1.0, unit="furlong", title="x", source="assumed")
    assert SCHEMA.json_schema["properties"]["area"]["unit"] == "ha"
    assert SCHEMA.json_schema["properties"]["area"]["source"] == "assumed"


def test_foreign_defaults_also_inside_objects() -> None:
    assert FOREIGN.resolve({"ratio": "50 %", "soil": '{"kind": "clay"}'}) == {
        "rain": 1,
        "steps": 5,
        "way": "slow",
        "label": None,
        "ratio": 0.5,
        "soil": {"depth": 0.3, "kind": "clay"},
    }
    assert FOREIGN.instance({"ratio": 1}) == {"ratio": 1}


def test_foreign_texts_that_look_like_numbers_stay_texts() -> None:
    canonical = FOREIGN.resolve({"ratio": 1, "way": "1", "label": "91272", "codes": '["01004"]'})
    assert (canonical["way"], canonical["label"], canonical["codes"]) == ("1", "91272", ["01004"])


@pytest.mark.parametrize(
    ("name", "value", "where", "said"),
    [
        ("rain", 11, "rain", "11|at most 10"),
        ("rain", "-1 m", "rain", "-1.0|at least 0"),
        ("rain", "x", "rain", "'x'|a number"),
        ("rain", True, "rain", "true|a number"),
        ("rain", float("nan"), "rain", "nan|a finite number"),
        ("steps", 0, "steps", "0|more than 0"),
        ("steps", "100", "steps", "100|less than 100"),
        ("steps", 1.5, "steps", "1.5|a whole number"),
        ("way", "fast", "way", "'fast'|one of 1, slow"),
        ("soil", {"depth": 1}, "soil.kind", "|a value|"),
        ("soil", {"depth": "deep", "kind": "clay"}, "soil.depth", "'deep'|a number"),
        ("codes", ["01004", "x"], "codes.1", "does not match"),
        ("rains", 1, "rains", 'Did you mean "rain"?'),
    ],
)
def test_foreign_values_are_checked_by_the_schema(name: str, value: Any, where: str, said: str) -> None:
    found = refused(FOREIGN, ratio=1, **{name: value})
    assert list(found) == [where]
    assert said in found[where]


def test_foreign_required_values_are_each_named() -> None:
    several = ParameterSchema({"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]})
    assert refused(several) == {"a": "|a value|", "b": "|a value|"}
    assert list(refused(FOREIGN, ratio="3 kg")) == ["ratio"]
