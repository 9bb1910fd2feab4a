import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace
from agglo.trust.deal import export, keeping, reading

from .conftest import Content


def faults(content: Any) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        reading.from_dict(content)
    return [str(fault) for fault in error.value.faults]


def changed(content: Content, *path: Any, to: Any) -> Content:
    """A copy with one place changed; ``...`` takes the place away."""
    made = copy.deepcopy(content)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return made


LAND = ("commitments", 0)


@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        (("titel",), 1, 'titel: found an unknown key, expected a key of this part. Did you mean "title"?'),
        ((*LAND, "beaerer"), "x", 'commitment land: beaerer: found an unknown key.*Did you mean "bearer"'),
        ((*LAND, "target", "valeu"), 1, "commitment land: target.valeu: found an unknown key"),
        ((*LAND, "bearer"), "aglo", 'land: bearer: found aglo, expected a party of this deal. Did you mean "agglo"'),
        ((*LAND, "partners"), ["labo"], 'land: partners: found labo.*Did you mean "lab"'),
        ((*LAND, "partners"), ["agglo"], "land: partners: found agglo, expected each party once, the bearer left out"),
        ((*LAND, "axis"), "mobilty", "land: axis: found 'mobilty'"),
        ((*LAND, "indicator"), "land.taken", 'land: indicator.id: found land.taken.*Did you mean "land.take"'),
        ((*LAND, "indicator"), {"id": "land.take", "unit": "ha"}, "land: indicator.unit: found ha, expected ha/yr"),
        ((*LAND, "baseline", "unit"), "m2/yr", "baseline.unit: found m2/yr, expected ha/yr. Write 0.004 ha/yr"),
        ((*LAND, "target", "unit"), "t", "target.unit: found t, expected ha/yr. They measure different things"),
        ((*LAND, "target", "unit"), ..., "land: target.unit: found nothing, expected ha/yr"),
        ((*LAND, "target", "source"), ..., "land: target.source: found nothing, expected a text"),
        ((*LAND, "target", "value"), "0", "land: target.value: found '0', expected a number"),
        ((*LAND, "target", "value"), float("nan"), "land: target.value: found nan, expected a number"),
        ((*LAND, "target", "value"), True, "land: target.value: found True, expected a number"),
        ((*LAND, "target", "value"), 40, "land: target.value: found 40, expected another value than the baseline's"),
        ((*LAND, "target", "year"), 2018, "target.year: found 2018, expected a year after the baseline's, 2018"),
        ((*LAND, "target", "year"), "2030", "target.year: found '2030', expected a year"),
        ((*LAND, "target"), ..., "land: no_target: found nothing, expected why no target is set yet"),
        ((*LAND, "no_target"), {"fr": "x"}, "land: no_target: found a reason, expected nothing"),
        ((*LAND, "indicator"), ..., "land: indicator: found nothing, expected the indicator that baseline is of"),
        ((*LAND, "id"), "retrofit", 'commitments: found "retrofit" 2 times, expected each identifier once'),
        ((*LAND, "title"), "Land", "land: title: found 'Land', expected a text by language. Write it as {fr"),
        ((*LAND, "title"), {"en": "Land"}, "commitment land: title.fr: found nothing, expected a text"),
        (LAND, "x", "commitment #1: found 'x', expected a mapping with: id, axis"),
        (("commitments", 1, "indicator", "unit"), "counts", 'retrofit: indicator.unit: found counts.*mean "count"'),
        (("commitments", 1, "indicator", "sector"), "x", "retrofit: indicator.sector: found x, expected nothing"),
        (("commitments",), [], r"commitments: found \[\], expected a list"),
        (("parties", 1, "kind"), "labo", 'party lab: kind: found .labo.*Did you mean "laboratory"'),
        (("parties", 1, "id"), "agglo", 'parties: found "agglo" 2 times'),
        (("parties", 1, "id"), "A lab", "party A lab: id: found 'A lab', expected lower-case letters"),
        (("territory", "siren"), 200056232, "siren: found 200056232, expected a text. Put it between quotes"),
        (("territory", "siren"), "200056233", "siren: found 200056233, expected a SIREN"),
        (("status",), "signed", "status: found 'signed', expected one of draft, open"),
        (("date",), "2026-02-30", "date: found 2026-02-30, expected a day"),
        (("name",), "../deal", "name: found '../deal', expected lower-case letters"),
        (("sources",), [1], "sources: found 1: 1, expected a text"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_repair(content: Content, path: Any, to: Any, expected: str) -> None:
    found = faults(changed(content, *path, to=to))
    assert any(re.search(expected, one) for one in found), found


def test_all_faults_are_told_at_once(content: Content) -> None:
    content["commitments"][0] |= {"bearer": "nobody", "axis": "tourisme"}
    content["commitments"][1]["target"]["unit"] = ""
    content["statut"] = "open"
    assert len(faults(content)) == 4


def test_what_is_not_a_deal_is_refused() -> None:
    assert "expected a mapping with: name, title" in faults([1])[0]
    assert len(faults({})) >= 6


def test_yaml_and_json_are_one_text(content: Content, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    assert reading.read(tmp_path / "a.yaml") == reading.read(tmp_path / "a.json")


def test_an_export_is_read_as_the_text_it_holds(workspace: Workspace, kept: keeping.Kept, tmp_path: Path) -> None:
    export.write(workspace, kept, "json", tmp_path / "out.json")
    assert reading.read(tmp_path / "out.json").digest == kept.digest


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.json", '{"name": "a", "name": "b"}', "name: found given twice"),
        ("a.json", "{", "a.json: found .*expected a JSON file"),
        ("a.yaml", "name: a\nname: b\n", "line 2: found name, expected each key once"),
        ("a.yaml", "{", "expected a YAML file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, expected: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=expected):
        reading.read(tmp_path / name)
