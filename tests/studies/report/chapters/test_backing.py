"""What figures rest on: notes, parameters, drafts, sources and costs."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.footprint.meter import Measurement
from agglo.footprint.record import footprint_of, unmeasured
from agglo.footprint.statements import Statement
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies.report import study
from agglo.studies.report.findings import Findings
from tests import cards

from .. import fabricated
from ..reading import rows_of

PATH = "climate.trajectory"


@pytest.fixture
def kept(tmp_path: Path, workspace: Workspace) -> fabricated.Keeper:
    return fabricated.keeper(tmp_path, workspace)


def findings(workspace: Workspace, *runs: Run) -> Findings:
    """A study of one step, and a scenario A, B... by run."""
    scenarios = [
        fabricated.Scenario(letter.lower(), {"en": letter}, {"path": fabricated.Step("path", PATH, run)})
        for letter, run in zip("ABC", runs, strict=False)
    ]
    place = fabricated.Place(fabricated.STRASBOURG, "Strasbourg")
    result = fabricated.Result(fabricated.Study("s", {"en": "T"}, {"en": "Q?"}, place, "a"), scenarios)
    return Findings(result, workspace)  # type: ignore[arg-type]


def page(found: Findings) -> str:
    return study.rendered(found, "html").decode()


def test_a_note_of_one_run_only_says_so(kept: fabricated.Keeper, workspace: Workspace) -> None:
    runs = [kept.run(PATH, {}, title="P", notes=["Shared: 653.25 ha.", *own]) for own in ([], ["Own."])]
    text = page(findings(workspace, *runs))
    assert "<li>Shared: 653.25\u00a0ha.</li>" in text
    assert "<li>Own. (B: path)</li>" in text


def test_what_differs_between_scenarios_comes_first(kept: fabricated.Keeper, workspace: Workspace) -> None:
    runs = [kept.run(PATH, {}, title="P", parameters={"horizon": 2050, "draws": draws}) for draws in (10, 1000)]
    rows = rows_of(page(findings(workspace, *runs)), "parameters-table")
    assert [row[1:4] for row in rows] == [
        ["Parameter", "A", "B"],
        ["Draws", "10", "1,000"],
        ["Horizon", "2050", "2050"],
    ]


def test_a_card_that_is_not_complete_makes_a_draft(
    kept: fabricated.Keeper, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = kept.run(PATH, {}, title="P")
    monkeypatch.setattr(Findings, "_card", lambda *_: Card())
    text = page(findings(workspace, run))
    assert "Draft: register entry incomplete." in text
    assert "legal basis" in text[text.index("Not declared yet in the register") :]
    maker = cards.maker(limits=[{"en": "No N2O is counted."}])
    complete = Card(maker=MakerPart.model_validate(maker), authority=AuthorityPart.model_validate(cards.authority()))
    monkeypatch.setattr(Findings, "_card", lambda *_: complete)
    finished = page(findings(workspace, run))
    assert "Draft" not in finished
    assert "No N₂O is counted." in finished


def test_an_input_that_is_no_longer_held_is_told(kept: fabricated.Keeper, workspace: Workspace) -> None:
    gone = {"table": {"dataset": "gone", "version": "0123456789ab", "digest": "d" * 64}}
    text = page(findings(workspace, kept.run(PATH, {}, title="P", inputs=gone)))
    assert "gone@0123456789ab" in text
    assert "This workspace no longer holds it; its digest is kept in the runs." in text


def test_a_cost_that_is_not_known_is_neither_a_sum_nor_zero(kept: fabricated.Keeper, workspace: Workspace) -> None:
    unknown = unmeasured(Statement("It was not measured.")).to_dict()
    runs = [kept.run(PATH, {}, title="P", **changed) for changed in ({}, {"footprint": unknown})]
    text = page(findings(workspace, *runs))
    rows = rows_of(text, "footprint-table")
    assert "no data" not in rows[1]
    assert rows[2][2:8] == ["no data"] * 6
    machines = rows_of(text, "machines-table")[2]
    assert machines[1:] == ["no data", "no data", "not known", "not known", "no data", "no data", "no data"]
    assert "It was not measured." in text
    assert "W lamp" not in text


def test_time_memory_and_machine_of_each_run_are_told(kept: fabricated.Keeper, workspace: Workspace) -> None:
    run = Measurement(wall_s=3600.0, cpu_s=7200.0, peak_memory_bytes=2_000_000_000)
    records = [footprint_of(run, location="FR", pue=pue, cpu_name="AMD <b>") for pue in (None, 1.2)]
    found = findings(workspace, *(kept.run(PATH, {}, title="P", footprint=one.to_dict()) for one in records))
    rows = rows_of(page(found), "machines-table")
    assert rows[0] == [
        "Run", "Wall time [s]", "Peak memory [GB]", "Location of the machine", "Processor", "PUE, central", "PUE, low",
        "PUE, high",
    ]  # fmt: skip
    assert rows[1][1:] == ["3,600", "2.00", records[0].location, "AMD &lt;b&gt;", "1.56", "1.00", "2.50"]
    assert rows[2][-3:] == ["1.20"] * 3
    sheet = load_workbook(io.BytesIO(study.rendered(found, "xlsx")))["Footprint 2"]
    assert [cell.value for cell in sheet[2]][1:3] == [3600.0, 2.0]


def test_a_run_bears_the_digests_of_its_code_and_result(kept: fabricated.Keeper, workspace: Workspace) -> None:
    run = kept.run(PATH, {}, title="P")
    row = rows_of(page(findings(workspace, run)), "runs-table")[1]
    assert row[2:] == [f"agglo verify {run.id}", "2026-11-23 12:27 UTC", "c0dec0dec0de", "feedfeedfeed", "none yet"]
