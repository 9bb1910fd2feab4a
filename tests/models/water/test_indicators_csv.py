"""From an operator's yearly report, in French, to indicators; and the real year of L-Town."""

from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
import yaml

from agglo.catalogue import preparation
from agglo.catalogue.mapping import Mapping
from agglo.contract.errors import InvalidInput
from agglo.contract.units import convert

from .volume_scenes import ROOT, SCHEMA, ask, figure, published, row

REPORT = ROOT / "docs" / "examples" / "volumes-eau.csv"
MAPPING = ROOT / "docs" / "examples" / "volumes-eau.yaml"
L_TOWN = ROOT.parent / "shared" / "data" / "l-town"


def mapped(folder: Path, text: str, **changed: Any) -> list[dict[str, Any]]:
    """The rows of a report, written as a spreadsheet of a French office writes it."""
    path = folder / "rapport.csv"
    path.write_text(text, encoding="cp1252")
    content = yaml.safe_load(MAPPING.read_text(encoding="utf-8")) | changed
    found: list[dict[str, Any]] = preparation.prepare(
        path, schema=SCHEMA, mapping=Mapping.from_dict(content)
    ).table.to_pylist()
    return found


def test_a_yearly_report_becomes_volumes(tmp_path: Path) -> None:
    rows = mapped(tmp_path, REPORT.read_text(encoding="utf-8"))
    assert [one["year"] for one in rows] == [2021, 2022, 2023]
    first = rows[0]
    assert (first["produced_m3"], first["service_m3"], first["subscribers"]) == (1_200_000, 18_000, 8120)
    assert first["pressure_m"] == pytest.approx(convert(4.4, "bar", "mH2O"))
    assert (first["place"], first["water_stress"], first["cost_eur_m3"]) == ("999999999", False, 0.25)
    assert first["produced_uncertainty"] is None
    outcome = ask(tmp_path, rows)
    assert figure(outcome, "network-yield", year=2021)["value"] == pytest.approx(77.037, abs=0.001)
    assert figure(outcome, "network-yield", year=2023)["verdict"] == "not-reached"
    assert not any("water-stress zone" in one for one in outcome.notes)


def test_thousands_of_cubic_metres_are_said_in_the_mapping(tmp_path: Path) -> None:
    text = REPORT.read_text(encoding="utf-8").replace("1 200 000;150 000", "1 200;150").replace("1 260 000", "1 260")
    text = text.replace("1 390 000", "1 390").replace("160 000", "160").replace("170 000", "170")
    with pytest.raises(InvalidInput, match="thousands of m3"):
        ask(tmp_path, mapped(tmp_path, text))
    columns = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))["columns"]
    columns |= {
        "Volume produit (m³)": {"field": "produced_m3", "unit": "dam3"},
        "Acheté en gros (m³)": {"field": "imported_m3", "unit": "dam3"},
    }
    outcome = ask(tmp_path, mapped(tmp_path, text, columns=columns))
    assert figure(outcome, "network-yield", year=2021)["value"] == pytest.approx(77.037, abs=0.001)


def test_an_empty_cell_a_year_twice_and_a_length_of_zero_are_refused_with_their_place(tmp_path: Path) -> None:
    text = REPORT.read_text(encoding="utf-8").replace("2022;1 260 000;160 000", "2021;1 260 000;").replace("210,4", "0")
    with pytest.raises(InvalidInput, match=r"rapport\.csv does not fit its schema") as error:
        mapped(tmp_path, text)
    said = "\n".join(map(str, error.value.faults))
    assert "Acheté en gros" in said
    assert "Linéaire hors branchements (km)" in said
    assert "2021" in said


@pytest.mark.shared
@pytest.mark.skipif(not L_TOWN.is_dir(), reason="the data of L-Town are not on this machine")
def test_the_real_year_of_l_town(tmp_path: Path) -> None:
    """Inflow and leaks of 2019, five minutes by five minutes: 2,197,225 m3, 653,942 m3, P104.3 70.238 %."""
    flows = csv.read_csv(
        L_TOWN / "Flows_2019.csv",
        parse_options=csv.ParseOptions(delimiter=";"),
        convert_options=csv.ConvertOptions(decimal_point=","),
    )
    inflow = sum(flows[name].to_numpy().sum() for name in ("p227", "p235")) / 12
    leaks = pq.read_table(L_TOWN / "leak_flows_m3_h_2019.parquet")
    names = [name for name in leaks.column_names if name.startswith("p")]
    lost = float(sum(leaks[name].to_numpy().astype(float).sum() for name in names)) / 12
    case = published()["L-Town 2019"]
    assert (inflow, lost) == pytest.approx((case["produced_m3"], case["produced_m3"] - case["metered_m3"]), abs=0.01)
    volumes = {"produced_m3": inflow, "imported_m3": 0.0, "exported_m3": 0.0, "metered_m3": inflow - lost}
    rest = {"unmetered_m3": 0.0, "service_m3": 0.0, "network_km": case["network_km"]}
    assert round(figure(ask(tmp_path, [row(**volumes, **rest)]), "network-yield")["value"], 3) == 70.238
