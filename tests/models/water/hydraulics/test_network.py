"""EPANET files read and checked."""

from pathlib import Path

import pyarrow as pa
import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.models.water.hydraulics import network
from tests.models.water.hydraulics import scenes

pytest.importorskip("wntr", reason="needs the extra water")


def _faults(folder: Path, changes: dict[str, str]) -> list[str]:
    with pytest.raises(InvalidInput, match="This EPANET model cannot be used") as caught:
        network.read(scenes.written(folder, changes))
    return [str(fault) for fault in caught.value.faults]


def test_a_network_is_read_in_metres_and_cubic_metres_an_hour(tmp_path: Path) -> None:
    found = network.read(scenes.written(tmp_path))
    assert (len(found.nodes), len(found.links), found.sources) == (8, 8, ("R", "T"))
    assert found.nodes["b"].demands == ((10.0, "day"),)
    assert (found.links["prv"].valve, found.links["prv"].setting) == ("PRV", 40.0)
    assert (found.pattern_step_s, found.duration_s, found.length_m) == (43200, 86400, 1800.0)
    assert found.controlled == {"pump"}
    assert (found.nodes["a"].x, found.nodes["b"].x) == (0.0, None)
    assert found.mean_demand_m3_h("b") == 10.0


def test_customary_units_are_converted(tmp_path: Path) -> None:
    found = network.read(scenes.written(tmp_path, {"Units CMH": "Units GPM"}))
    assert found.nodes["a"].elevation_m == pytest.approx(3.048)
    assert found.nodes["b"].demands[0][0] == pytest.approx(2.27124707)
    assert found.links["p1"].diameter_m == pytest.approx(200 * 0.0254)
    assert found.links["prv"].setting == pytest.approx(40 / 0.4333 * 0.3048)
    assert found.pressure_unit == "PSI"


def test_flow_units_agree_with_their_definitions() -> None:
    from agglo.models.water.hydraulics.words import FLOW_UNITS_M3_H

    foot, us_gallon, uk_gallon = 0.3048**3, 3.785411784e-3, 4.54609e-3
    expected = {
        "CFS": foot * 3600, "GPM": us_gallon * 60, "MGD": us_gallon * 1e6 / 24, "IMGD": uk_gallon * 1e6 / 24,
        "AFD": 43560 * foot / 24, "LPS": 3.6, "LPM": 0.06, "MLD": 1000 / 24, "CMH": 1.0, "CMD": 1 / 24,
    }  # fmt: skip
    assert pytest.approx(expected, rel=1e-8) == FLOW_UNITS_M3_H


def test_a_table_of_lines_gives_the_same_as_the_file(tmp_path: Path) -> None:
    path = scenes.written(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    order = [*range(1, len(lines), 2), *range(0, len(lines), 2)]
    table = pa.table({"line": [at + 1 for at in order], "text": [lines[at] for at in order]})
    assert repr(network.read(table)) == repr(network.read(path))


def test_distances_follow_the_shortest_way_along_pipes(tmp_path: Path) -> None:
    found = network.read(scenes.written(tmp_path))
    ways = found.distances_m(["a"])[0]
    assert {name: ways[found.index[name]] for name in ("a", "v", "b", "d", "c", "R")} == {
        "a": 0, "v": 0, "b": 300, "d": 250, "c": 600, "R": 500,
    }  # fmt: skip
    every = found.distances_m()
    assert (every == every.T).all()


def test_what_is_fed_when_a_link_closes(tmp_path: Path) -> None:
    found = network.read(scenes.written(tmp_path))
    assert found.reached() == set(found.nodes)
    assert set(found.nodes) - found.reached(["prv"]) == {"v", "b", "c", "d"}, "the pump lets nothing back"
    assert set(found.nodes) - found.reached(["p2", "p4"]) == {"b", "c"}


def test_no_end_is_accepted_and_text_after_it_is_not(tmp_path: Path) -> None:
    assert network.read(scenes.written(tmp_path, {"[END]\n": ""})).nodes
    assert "nothing after [END]" in _faults(tmp_path, {"[END]\n": "[END]\n z 1 2\n"})[0]


@pytest.mark.parametrize(
    ("changes", "line", "got"),
    [
        ({"[CURVES]": "[CURBS]"}, "line 28, section [CURBS]", "a section of EPANET 2.2"),
        ({" Headloss H-W": " Hedloss H-W"}, "line 40, section [OPTIONS]", "a word of this section"),
        ({" a   10    5       day": " a   10    5       dya"}, "line 5, section [JUNCTIONS]", 'mean "day"'),
        ({"HEAD curve": "HEAD curb"}, "line 22, section [PUMPS]", 'mean "curve"'),
        ({"HEAD curve": "HAED curve"}, "line 22, section [PUMPS]", "HEAD, POWER"),
        ({" p2  v  b  300": " p2  v  b  long"}, "line 17, section [PIPES]", 'found "long"'),
        ({" p2  v  b  300": " p2  v  b  0"}, "line 17, section [PIPES]", "a number above zero in column 4"),
        ({" p2  v  b  300": " p2  v  z  300"}, "line 17, section [PIPES]", "a node of the file"),
        ({" p2  v  b  300": " p2  v  v  300"}, "line 17, section [PIPES]", "two different ends"),
        ({" p2  v": " p1  v"}, "line 17, section [PIPES]", "also on line 16"),
        ({" e   20    2": " a   20    2"}, "line 10, section [JUNCTIONS]", "also on line 5"),
        ({" e   20    2": " e   high  2"}, "line 10, section [JUNCTIONS]", 'found "high"'),
        ({"PRV  40": "PVR  40"}, "line 24, section [VALVES]", "PRV, PSV"),
        ({"[PATTERNS]": "[DEMANDS]\n zz 3 day\n[PATTERNS]"}, "line 27, section [DEMANDS]", 'found "zz"'),
        ({"[PATTERNS]": "[DEMANDS]\n a 3 night\n[PATTERNS]"}, "line 27, section [DEMANDS]", 'found "night"'),
        ({"LINK pump CLOSED": "LINK pmup CLOSED"}, "section [CONTROLS]", 'mean "pump"'),
        ({"IF NODE T ABOVE": "IF NODE TT ABOVE"}, "section [CONTROLS]", 'found "TT"'),
        ({"Units CMH": "Units M3H"}, "section [OPTIONS]", "CMH"),
        ({"[PATTERNS]": "[EMITTERS]\n a much\n[PATTERNS]"}, "line 27, section [EMITTERS]", 'found "much"'),
    ],
)  # fmt: skip
def test_what_epanet_would_refuse_or_pass_over_is_refused_with_its_line(
    tmp_path: Path, changes: dict[str, str], line: str, got: str
) -> None:
    found = _faults(tmp_path, changes)
    assert any(line in fault and got in fault for fault in found), found


def test_a_zone_without_source_is_counted_and_named(tmp_path: Path) -> None:
    found = _faults(tmp_path, {"[PUMPS]": "[JUNCTIONS]\n x 1 0\n y 1 0\n[PIPES]\n q x y 10 100 100 0 Open\n[PUMPS]"})
    assert len(found) == 1
    assert "line 22, section [JUNCTIONS]" in found[0]
    assert "2 nodes cut off from every source, the first x" in found[0]


def test_a_node_without_link_and_a_file_without_source(tmp_path: Path) -> None:
    assert 'node "x" without a link' in _faults(tmp_path, {"[PUMPS]": "[JUNCTIONS]\n x 1 0\n[PUMPS]"})[0]
    lines = "[JUNCTIONS]\n a 1\n b 1\n[PIPES]\n p a b 10 100 100\n"
    with pytest.raises(InvalidInput, match="no reservoir and no tank"):
        network.read(pa.table({"line": range(1, 6), "text": lines.splitlines()}))


def test_every_fault_is_listed_at_once(tmp_path: Path) -> None:
    found = _faults(
        tmp_path, {" p2  v  b  300": " p2  v  b  long", " e   20    2": " e   high  2", "HEAD curve": "HEAD x"}
    )
    assert len(found) == 3


def test_unknown_names_are_answered_with_the_closest(tmp_path: Path) -> None:
    found = network.read(scenes.written(tmp_path))
    with pytest.raises(NotFound, match='Did you mean "pump"'):
        found.link("pmup")
    with pytest.raises(NotFound, match='no node "zz"'):
        found.distances_m(["zz"])


def test_the_networks_that_ship_with_wntr_are_read() -> None:
    assert [len(network.read(scenes.library(f"{name}.inp")).links) for name in ("Net1", "Net2", "Net3")] == [
        13,
        40,
        119,
    ]
