from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from agglo.catalogue.schema import Schema
from agglo.catalogue.source import Column
from agglo.catalogue.typed import values
from agglo.catalogue.values import Habits

MIDNIGHT = datetime(2024, 1, 2)
DECIMAL = {"type": "number", "decimal": {"precision": 5, "scale": 2}}


def read(array, **field):
    target = Schema.from_dict(
        {"fields": [{"name": "geometry" if field["type"] == "geometry" else "a", **field}]}
    ).fields[0]
    found = values(Column("a", (pa.chunked_array([array]),)), target, Habits(zone="Europe/Paris"))
    return found.array.to_pylist(), found.wrong().tolist()


@pytest.mark.parametrize(
    ("array", "field", "value"),
    [
        (pa.array([1.5], "float32"), {"type": "number"}, 1.5),
        (pa.array([3], "uint8"), {"type": "number"}, 3.0),
        (pa.array([Decimal("1.25")]), {"type": "number"}, 1.25),
        (pa.array([3.0]), {"type": "integer"}, 3),
        (pa.array([3]), {"type": "string"}, "3"),
        (pa.array([1.5]), {"type": "string"}, "1.5"),
        (pa.array(["01004"]).dictionary_encode(), {"type": "string"}, "01004"),
        (pa.array(["3"], "large_string"), {"type": "integer"}, 3),
        (pa.array([None]), {"type": "integer"}, None),
        (pa.array([True]), {"type": "boolean"}, True),
        (pa.array([date(2024, 1, 2)]), {"type": "date"}, date(2024, 1, 2)),
        (pa.array([MIDNIGHT], pa.timestamp("ns")), {"type": "date"}, date(2024, 1, 2)),
        (pa.array([MIDNIGHT], pa.timestamp("s")), {"type": "datetime"}, datetime(2024, 1, 1, 23, tzinfo=UTC)),
        (pa.array([MIDNIGHT], pa.timestamp("ms", "UTC")), {"type": "datetime"}, datetime(2024, 1, 2, tzinfo=UTC)),
        (pa.array([b"x"], "large_binary"), {"type": "geometry"}, b"x"),
        (pa.array([1.25]), DECIMAL, Decimal("1.25")),
        (pa.array([7]), DECIMAL, Decimal("7.00")),
        (pa.array([999.99]), DECIMAL, Decimal("999.99")),
        (pa.array([-0.5]), DECIMAL | {"decimal": {"precision": 2, "scale": 2}}, Decimal("-0.50")),
        (pa.array([Decimal("1.2500")]), DECIMAL, Decimal("1.25")),
    ],
)
def test_typed_cells_become_what_the_field_asks_for(array, field, value):
    assert read(array, **field) == ([value], [False])


@pytest.mark.parametrize(
    ("array", "field"),
    [
        (pa.array([1.5]), {"type": "integer"}),
        (pa.array([float("nan")]), {"type": "integer"}),
        (pa.array([2.0**60]), {"type": "integer"}),
        (pa.array([45292.0]), {"type": "date"}),
        (pa.array([1]), {"type": "boolean"}),
        (pa.array([True]), {"type": "number"}),
        (pa.array([MIDNIGHT]), {"type": "string"}),
        (pa.array([MIDNIGHT]), {"type": "number"}),
        (pa.array([datetime(2024, 1, 2, 3)]), {"type": "date"}),
        (pa.array([date(2024, 1, 2)]), {"type": "datetime"}),
        (pa.array([b"x"]), {"type": "string"}),
        (pa.array([[1]]), {"type": "integer"}),
        (pa.array([1234.0]), DECIMAL),
        (pa.array([0.125]), DECIMAL),
        (pa.array([0.125]), DECIMAL | {"decimal": {"precision": 2, "scale": 2}}),
        (pa.array([1]), DECIMAL | {"decimal": {"precision": 2, "scale": 2}}),
    ],
)
def test_typed_cells_that_cannot_be_are_rejected(array, field):
    assert read(array, **field) == ([None], [True])
