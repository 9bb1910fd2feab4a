import pytest

from agglo.catalogue.mapping import Mapping
from agglo.contract.errors import InvalidInput, NotFound

FULL = """
encoding: cp1252
separator: ";"
header_row: 3
skip_rows: [4]
decimal: ","
missing: ["n.d."]
date_format: "%d/%m/%Y"
time_zone: Europe/Paris
ambiguous: infer
columns:
  Débit: flow_m3_h
  Production: {field: inflow_m3_h, unit: L/s, sign: -1}
ignore: [Remarque]
constants: {sector: Plateau}
wide:
  id: [Horodate]
  variable: sensor
  value: flow_m3_h
  unit: L/s
  columns:
    DEB_01: {sector: Nord, sign: -1}
    DEB_02:
aggregate:
  by: [iris]
  values: {energy_kwh: sum}
  at_least: 11
"""


def refused(content):
    with pytest.raises(InvalidInput) as caught:
        Mapping.from_dict(content)
    return [str(fault) for fault in caught.value.faults]


def test_a_file_is_read_with_its_short_forms(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(FULL, encoding="utf-8")
    mapping = Mapping.load(path)
    assert [(rule.source, rule.field, rule.unit, rule.sign) for rule in mapping.columns] == [
        ("Débit", "flow_m3_h", None, 1),
        ("Production", "inflow_m3_h", "L/s", -1),
    ]
    assert [(rule.source, rule.unit, rule.sign, rule.constants) for rule in mapping.wide.rules] == [
        ("DEB_01", "L/s", -1, {"sector": "Nord"}),
        ("DEB_02", "L/s", 1, {}),
    ]
    assert (mapping.layout.skip_rows, mapping.missing, mapping.aggregate.at_least) == ((4,), ("n.d.",), 11)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({"seperator": ";"}, 'seperator: expected a known key. Did you mean "separator"?'),
        ({"separator": "x"}, "separator: found 'x', expected one of"),
        ({"decimal": 5}, "decimal: found 5"),
        ({"header_row": 0}, "header_row: found 0, expected a whole number from 1"),
        ({"header_row": True}, "header_row: found True"),
        ({"skip_rows": 4}, "expected a list of row numbers"),
        ({"time_zone": "Europe/Pari"}, "an IANA zone such as Europe/Paris"),
        ({"time_format": "%d %B"}, "a format made of %Y"),
        ({"range": "A3-F9"}, "a range such as A3:F120"),
        ({"ambiguous": "last"}, "one of 'first', 'second', 'infer'"),
        ({"nonexistent": "guess"}, "one of 'forward'"),
        ({"missing": "-"}, "missing: found '-', expected a list"),
        ({"ignore": "all"}, 'a list of column names, or "*"'),
        ({"columns": ["a"]}, "source column: field"),
        ({"columns": {"a": {"feild": "b"}}}, 'columns.a.feild: expected a known key. Did you mean "field"?'),
        ({"columns": {"a": {"field": "b", "unit": "m3h"}}}, 'Did you mean "m3/h"?'),
        ({"columns": {"a": {"field": "b", "sign": 2}}}, "one of 1, -1"),
        ({"constants": []}, "field: value"),
        ({"wide": {"value": "b", "variable": "c"}}, "wide: expected the key id"),
        ({"wide": {"id": ["a"], "value": "b"}}, "wide.variable"),
        ({"wide": {"id": ["a"], "value": "b", "columns": {"x": 1}}}, "wide.columns.x"),
        ({"wide": {"id": ["a"], "value": "b", "columns": {"x": {"unit": "zz"}}}}, "wide.columns.x.unit"),
        ({"aggregate": {"by": ["a"], "values": {"b": "median"}}}, "sum, mean, min, max, count"),
        ({"aggregate": {"by": ["a"], "values": {"b": "sum"}, "at_least": 0}}, "aggregate.at_least: found 0"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(content, fault):
    assert fault in "\n".join(refused(content))


def test_every_fault_is_listed():
    assert len(refused({"decimal": "x", "seperator": ";", "skip_rows": "1", "ambiguous": "x"})) == 4


def test_a_file_that_is_missing_or_no_yaml(tmp_path):
    with pytest.raises(NotFound, match=r"mapping\.yaml"):
        Mapping.load(tmp_path / "mapping.yaml")
    for content in ("a: [1,", "- a"):
        (tmp_path / "mapping.yaml").write_text(content)
        with pytest.raises(InvalidInput, match=r"mapping\.yaml"):
            Mapping.load(tmp_path / "mapping.yaml")
