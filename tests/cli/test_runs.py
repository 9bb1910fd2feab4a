"""What can be done with kept runs: list, show, compare, verify, export, import, work, reindex."""

import json
from pathlib import Path

import pytest

from .conftest import ANSWER, Agglo, Demo, shell_model, tree


@pytest.fixture
def runs(demo: Demo) -> list[str]:
    """The two runs of ``land.sinks`` that the demo speaks of: as observed, with land take halved."""
    kept = [json.loads((path / "run.json").read_text("utf-8")) for path in (demo.workspace / "runs").iterdir()]
    asked = {(one["model"]["id"], one["scenario"]["name"]): one["id"] for one in kept if one["scenario"]}
    return [asked["land.sinks", f"local-green-deal/{name}"] for name in ("observed", "land-take-halved")]


def test_an_empty_workspace_says_what_to_do_next(agglo: Agglo) -> None:
    assert agglo("runs").out == 'No run yet. "agglo demo" asks a first question.\n'
    assert agglo("data", "list").out == 'No dataset yet. "agglo data add" keeps one.\n'
    assert agglo("work").out == "No question waits for an answer.\n"
    assert json.loads(agglo("runs", "--json").out) == []


def test_runs_lists_the_latest_first(asked: Agglo, runs: list[str]) -> None:
    lines = asked("runs").out.splitlines()
    assert lines[0].split()[:3] == ["run", "model", "state"]
    ids = [line.split()[0] for line in lines[2:] if not line.startswith(" ")]
    times = {one["id"][-12:]: one["id"] for one in json.loads(asked("runs", "--json").out)}
    assert [times[one] for one in ids] == sorted(times.values(), reverse=True)
    rank = next(rank for rank, line in enumerate(lines) if line.startswith(runs[1][-12:]))
    assert lines[rank].split()[1:3] == ["land.sinks@1.0.0", "finished"]
    assert (lines[rank].split()[-1], lines[rank + 1].split()) == ("local-green-deal:", ["land-take-halved"])
    assert max(map(len, lines)) <= 112


def test_runs_can_be_narrowed(asked: Agglo) -> None:
    assert len(json.loads(asked("runs", "--limit", "1", "--json").out)) == 1
    assert json.loads(asked("runs", "--state", "failed", "--json").out) == []
    assert len(json.loads(asked("runs", "--dataset", "communes", "--model", "land.sinks", "--json").out)) >= 2
    assert asked("runs", "--dataset", "nowhere").out == 'No run is like this. "agglo runs" lists all.\n'


def test_show_reads_as_an_answer(asked: Agglo, runs: list[str]) -> None:
    text = asked("show", runs[1][-12:]).out
    for expected in (
        runs[1],
        "Carbon sinks of soils and plants",
        "covers               land-use change, excluding forest growth, felling and N2O",
        "scenario             local-green-deal/land-take-halved (1-",
        "land_take_factor     0.5  Land take, as a multiple of that of 2012-2018",
        "(2) Carbon flux of land-use change, 2012-2018 [tCO₂/yr]",
        "These figures are: modelled (ADEME, Aldo).",
        "To know beside these figures:\n- ",
        "Draft: 27 entries of the model's card are not declared; see: agglo model show land.sinks",
        "Footprint: measured. What it rests on:",
        "CC BY 4.0",
    ):
        assert expected in text
    assert max(map(len, text.splitlines())) <= 100


def test_show_names_the_places(asked: Agglo, runs: list[str]) -> None:
    lines = [line.split() for line in asked("show", runs[0]).out.splitlines()]
    assert ["91661", "Villebon-sur-Yvette", "65,320", "−491.6", "3.38", "0.000"] in lines
    assert any(line[:2] == ["200056232", "Communauté"] for line in lines)


def test_show_as_json(asked: Agglo, runs: list[str]) -> None:
    content = json.loads(asked("show", runs[0], "--json").out)
    assert content["id"] == runs[0]
    assert {one["kind"] for one in content["events"]} >= {"asked"}
    assert len(content["indicators"]) == 28 * (3 + 8)


@pytest.mark.parametrize("reference", ["nowhere", "", " "])
@pytest.mark.parametrize("command", ["show", "verify"])
def test_a_run_that_is_not_there(command: str, reference: str, asked: Agglo) -> None:
    said = asked(command, reference)
    assert (said.code, said.out) == (2, "")
    assert f'No run "{reference}".\n"agglo runs" lists them.' in said.err


def test_a_reference_to_several_runs_is_refused(asked: Agglo) -> None:
    said = asked("show", "0")
    assert said.code == 2
    assert 'Several runs match "0".' in said.err
    assert "Give more of the identifier." in said.err


def test_compare_shows_what_differs(asked: Agglo, runs: list[str]) -> None:
    text = asked("compare", runs[0], runs[1]).out
    assert f"(1) {runs[0][-12:]}  land.sinks@1.0.0  Comme observé" in text
    assert f"(2) {runs[1][-12:]}  land.sinks@1.0.0  Artificialisation divisée par deux" in text
    assert "Villebon-sur-Yvette" in text
    assert "Ballainvilliers" not in text
    assert "figures are the same; --all shows them." in text
    assert "Ballainvilliers" in asked("compare", runs[0], runs[1], "--all").out


def test_compare_as_json(asked: Agglo, runs: list[str]) -> None:
    rows = json.loads(asked("compare", runs[0], runs[1], "--json").out)
    total = next(r for r in rows if (r["name"], r["place"], r["sector"]) == ("land.carbon-flux", "200056232", ""))
    assert total["values"] == pytest.approx([-1043.04, -521.52], abs=0.01)
    assert total["differences"][1] == pytest.approx(521.52, abs=0.01)


def test_compare_wants_two_runs(asked: Agglo, runs: list[str]) -> None:
    said = asked("compare", runs[0])
    assert said.code == 2
    assert "expected two runs or more" in said.err


def test_verify_of_a_failed_run_says_why_it_cannot(agglo: Agglo, tmp_path: Path) -> None:
    model = shell_model(tmp_path / "m", "exit 3")
    identifier = json.loads(agglo("run", model, "--json").out)["id"]
    said = agglo("verify", identifier)
    assert said.code == 1
    assert f"{identifier}: cannot run\n" in said.out
    assert "This run failed: it has no answer to verify." in said.out


def test_verify_of_a_model_that_changes_its_mind(agglo: Agglo, tmp_path: Path) -> None:
    model = shell_model(tmp_path / "m", ANSWER.replace("1.5", "'0.$(date +%N)'"))
    identifier = json.loads(agglo("run", model, "--json").out)["id"]
    said = agglo("verify", identifier)
    assert said.code == 1
    assert "differs" in said.out
    assert "row 1" in said.out
    content = json.loads(agglo("verify", identifier, "--json").out)
    assert (content["run"], content["verdict"]) == (identifier, "differs")
    assert "differs" in agglo("runs").out
    assert ": differs." in agglo("show", identifier).out


def test_a_run_goes_elsewhere_and_verifies(asked: Agglo, runs: list[str], tmp_path: Path) -> None:
    said = asked("export", runs[0][-12:], "run.zip")
    assert said.out.startswith("Written: run.zip (")
    kept = asked("import", "run.zip", "--workspace", tmp_path / "elsewhere")
    assert f"Kept: {runs[0]}\n" in kept.out
    words = kept.out.splitlines()[-1].removeprefix("Next: agglo ").split()
    assert words[2:] == ["--workspace", str(tmp_path / "elsewhere")]
    assert f"{runs[0]}: identical" in asked(*words).out


def test_export_refuses_what_it_cannot_write(asked: Agglo, runs: list[str], tmp_path: Path) -> None:
    (tmp_path / "there.zip").touch()
    assert "This file already exists." in asked("export", runs[0], "there.zip").err
    said = asked("export", runs[0], "nowhere/run.zip")
    assert said.code == 2
    assert "nowhere: found no such folder" in said.err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nowhere.zip", None, "No file nowhere.zip."),
        ("text.zip", b"not a zip", "This archive cannot be read."),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "This is not an archive of agglo."),
    ],
)
def test_import_refuses_what_is_no_archive(
    name: str, content: bytes | None, message: str, agglo: Agglo, tmp_path: Path
) -> None:
    agglo("init")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = tree(tmp_path / "workspace")
    said = agglo("import", name)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert _kept(tree(tmp_path / "workspace")) == _kept(before)


def _kept(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if not name.startswith(("locks/", "index/"))}


def test_reindex_gives_the_same_lists(asked: Agglo, demo: Demo) -> None:
    before = [asked("runs", "--json").out, asked("data", "list", "--json").out, asked("footprint", "report").out]
    for file in (demo.workspace / "index").iterdir():
        file.unlink()
    assert asked("reindex").out.startswith("Indexed: runs ")
    assert [
        asked("runs", "--json").out,
        asked("data", "list", "--json").out,
        asked("footprint", "report").out,
    ] == before
