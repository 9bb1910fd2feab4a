"""The report of a study in its three forms: what it says, in which order, and that it needs nothing else."""

import io
import re
import sys
from importlib import resources
from pathlib import Path

import pytest
from openpyxl import load_workbook

from agglo.contract.errors import InvalidInput, MissingExtra
from agglo.store.workspace import Workspace, open_workspace
from agglo.studies import results, running
from agglo.studies import study as studies
from agglo.studies.report import charts, study
from agglo.studies.report.findings import Findings, of_place

from . import fabricated
from .reading import Page, rows_of

pytest.importorskip("altair")
pytest.importorskip("vl_convert")
pypdf = pytest.importorskip("pypdf")


@pytest.fixture(scope="module")
def tonnes(strasbourg: Findings) -> str:
    return study.rendered(strasbourg, "html").decode()


@pytest.fixture(scope="module")
def index(saclay: Findings) -> str:
    return study.rendered(saclay, "html").decode()


def test_sections_come_in_order(tonnes: str, index: str) -> None:
    assert re.findall(r'<section id="([\w-]+)"', tonnes) == [
        "summary", "scenarios", "communes", "situation", "trajectory", "contributions", "costs", "budgets",
        "sensitivity", "left-out", "assumptions", "sources", "footprint", "verify",
    ]  # fmt: skip
    assert re.findall(r'<section id="([\w-]+)"', index) == [
        "summary", "scenarios", "communes", "effort", "left-out", "assumptions", "sources", "footprint", "verify",
    ]  # fmt: skip


def test_the_answer_is_in_three_sentences_with_its_interval(tonnes: str) -> None:
    said = [" ".join(re.sub("<[^>]*>", "", one).split()) for one in re.findall(r'<p class="answer">(.*?)</p>', tonnes)]
    assert said == [
        "In 2030, Eurométropole de Strasbourg would emit 1,230,000 tCO₂e/yr (between 1,180,000 and 1,320,000, nine "
        "times out of ten) under “Climate plan”: −25% against 2019.",
        "That is −276,000 tCO₂e/yr compared with “No new action” (central values).",
        "Conditional on assumptions, the target of SNBC-2 (2020) for 2030 (1,130,000 tCO₂e/yr) is met with a "
        "probability of 0%.",
    ]


def test_scenarios_stand_beside_the_reference(tonnes: str) -> None:
    rows = rows_of(tonnes, "compared-table")
    assert rows[1][2:] == ["No new action", "tCO₂e/yr", "1,510,471", "1,444,010", "1,610,162", ""]
    assert rows[2][2:] == ["Climate plan", "tCO₂e/yr", "1,234,902", "1,180,566", "1,316,405", "−275,569"]
    assert [row[0] for row in rows_of(tonnes, "scenarios-about")][1] == "No new action"


def test_probabilities_are_headed_conditional(tonnes: str) -> None:
    rows = rows_of(tonnes, "targets-table")
    assert rows[0][-1] == "Probability, conditional on assumptions"
    assert "37%" in [row[-1] for row in rows]
    assert "conditional on assumptions" in tonnes[tonnes.index('id="trajectory-h"') :][:400]
    assert "renewable energy, all sectors, 2030: Not simulated." in tonnes


def test_what_is_assumed_is_labelled(tonnes: str) -> None:
    assert {row[-1] for row in rows_of(tonnes, "assumed-table")[1:]} == {"assumed"}
    assert ["Waste, 2018-2019", "inventory"] in [row[:2] for row in rows_of(tonnes, "assumed-table")]
    assert "Hollow bar: the effect is assumed." in tonnes
    contributions = rows_of(tonnes, "contributions-emissions-0-table")
    assert contributions[1][0] == "Deep retrofit of homes"
    assert contributions[1][-1] == "assumed"


def test_a_failed_step_is_told_and_where_no_outlines_are_held_too(tonnes: str) -> None:
    assert "Bold climate plan, step “weight”: SALib is not installed." in tonnes
    assert "No map: agglo holds the outlines of no commune of Eurométropole de Strasbourg." in tonnes


def test_without_an_inventory_no_probability_and_the_way_to_import_one(index: str) -> None:
    assert "No probability of meeting a target and no ranking of actions is given" in index
    assert "agglo climate template" in index
    assert "robability, conditional" not in index
    rows = rows_of(index, "effort-0-1-table")
    assert rows[1] == ["All sectors", "2030", "100%", "100", "66.0", "2.28", "declared"]
    assert rows[2] == ["Transport", "2030", "39%", "39", "25.7", "2.28", "assumed"]
    conditions = rows_of(index, "conditions-0")
    buildings = "Buildings (housing and tertiary)"
    assert conditions[1][1:] == ["2030", "Transport", "−10%", buildings, "42.0", "yes", "2.0", "yes"]
    assert conditions[2][6] == "no"


def test_communes_are_mapped_for_each_scenario_and_their_difference(index: str) -> None:
    assert index.count("<use ") >= 27 * 3
    rows = rows_of(index, "place-0-0-table")
    assert rows[0][2:] == [
        "As observed [tCO₂/yr]",
        "Land take halved [tCO₂/yr]",
        "Land take halved: difference [tCO₂/yr]",
    ]
    assert rows[-1][1] == "Communauté d&#39;agglomération Paris-Saclay"


def test_a_trajectory_by_commune_is_mapped(tmp_path: Path, workspace: Workspace) -> None:
    kept = fabricated.keeper(tmp_path, workspace)
    rows = [
        dict.fromkeys(("mean", "p05", "p50", "p95"), 1.0)
        | {"place": code, "sector": "all", "year": year, "central": 100.0 * rank}
        for rank, code in enumerate(["200056232", "91064", "91122", "91136", "91161", "91216", "91272"], 1)
        for year in (2030, 2050)
    ]
    run = kept.run("climate.trajectory", {"emissions": rows}, title="Path")
    place = fabricated.Place("200056232", "")
    result = fabricated.Result(
        fabricated.Study("s", {"en": "T"}, {"en": "Q?"}, place),
        [fabricated.Scenario("reference", {"en": "A"}, {"path": fabricated.Step("path", "climate.trajectory", run)})],
    )
    text = study.rendered(Findings(result, workspace), "html").decode()  # type: ignore[arg-type]
    assert rows_of(text, "place-emissions-table")[2][1:] == ["Bures-sur-Yvette", "300"]
    assert "Greenhouse gas emissions, tCO₂e/yr (2050)" in text


def test_every_run_can_be_verified_and_its_cost_is_told(tonnes: str, strasbourg: Findings) -> None:
    for one in strasbourg.runs:
        assert f"agglo verify {one.run.id}" in tonnes
    assert "3 answers of 7 were kept: they saved 6.0\u00a0mgCO₂e of greenhouse gases." in tonnes
    assert {row[1] for row in rows_of(tonnes, "footprint-table")[1:]} == {"computed now", "kept from before"}


def test_sources_state_licence_owner_and_caveats(index: str) -> None:
    part = index[index.index('id="sources-h"') : index.index('id="footprint-h"')]
    assert part.count("<dt>Licence</dt>") >= 4
    assert "<dt>Attribution</dt>" in part
    assert "References of the model land.sinks@1.0.0" in part


def test_figures_language_and_spaces_are_french(strasbourg: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    text = study.rendered(strasbourg, "html").decode()
    assert '<html lang="fr">' in text
    assert "tient-elle ses engagements climatiques\u202f?</h1>" in re.sub(r"</?span[^>]*>", "", text)
    assert "1\u202f234\u202f902" in text
    assert ">1\u202f500\u202f000</text>" in text
    assert "37\u00a0%" in text
    assert "653,25\u00a0ha" in text
    assert "23/11/2026" in text


def test_without_the_charts_the_tables_stay_and_one_sentence_names_the_extra(
    strasbourg: Findings, tonnes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "LIBRARIES", ("altair", "no_such_library"))
    text = study.rendered(strasbourg, "html").decode()
    assert text.count("pip install &#34;agglo[report]&#34;") == 1
    assert '<figure class="chart">' not in text
    assert text.count("<table>") == tonnes.count("<table>")


def test_the_same_runs_give_the_same_report(saclay: Findings) -> None:
    for form in study.FORMS:
        assert study.rendered(saclay, form) == study.rendered(saclay, form)  # type: ignore[arg-type]


def test_a_hostile_title_is_only_text_in_a_pdf(tmp_path: Path, workspace: Workspace) -> None:
    pytest.importorskip("typst")
    result = fabricated.saclay(tmp_path, workspace)
    result.study.question = result.study.title = {"en": "<script>alert('x')</script> #eval(1) =1+1"}
    found = Findings(result, workspace)  # type: ignore[arg-type]
    assert "#eval(1) =1+1" in pdf_text(study.rendered(found, "pdf"))


def pdf_text(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_pdf_says_the_same_on_numbered_pages(strasbourg: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst")
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    content = study.rendered(strasbourg, "pdf")
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.metadata.title.startswith("Avec ces actions")
    assert reader.trailer["/Root"]["/Lang"].startswith("fr")
    width, height = (float(reader.pages[0].mediabox[side]) for side in (2, 3))
    assert (round(width), round(height)) == (595, 842)
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert f"{number} / {count}" in text
        assert strasbourg.runs[0].run.id[-12:] in text
    whole = pdf_text(content)
    assert "1\u202f234\u202f902" in content_text(whole)
    assert strasbourg.runs[-1].run.id in whole


def content_text(text: str) -> str:
    """The text of a PDF, whose reader may give back narrow spaces as plain ones."""
    return re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "\u202f", text)


def test_a_pdf_without_typst_names_the_extra(
    strasbourg: Findings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match="typst"):
        study.write(tmp_path / "a.pdf", strasbourg.result, strasbourg.workspace, "pdf")


def test_the_workbook_holds_every_number_of_the_runs(strasbourg: Findings, tmp_path: Path) -> None:
    path = study.write(tmp_path / "a.xlsx", strasbourg.result, strasbourg.workspace, "xlsx")
    book = load_workbook(path)
    assert book.sheetnames[0] == "Read me"
    assert {"Sources", "Runs", "Budgets", "Trajectory 1"} <= set(book.sheetnames)
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes
    sheet = book["Trajectory 1"]
    assert [cell.value for cell in sheet[1]][:5] == [
        "Year", "Scenario", "Central [tCO₂e/yr]", "Low (p05) [tCO₂e/yr]", "High (p95) [tCO₂e/yr]",
    ]  # fmt: skip
    (found,) = [one for one in strasbourg.of("climate.trajectory", "emissions") if one.scenarios == ("Climate plan",)]
    expected = {row["year"]: (row["central"], row["p05"], row["p95"]) for row in found.rows if row["sector"] == "all"}
    held = {row[0]: row[2:5] for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "Climate plan"}
    assert held.keys() == expected.keys()
    assert all(held[year] == pytest.approx(expected[year], rel=1e-14) for year in expected)
    assert len(held) == 32
    targets = list(book["Trajectory 3"].iter_rows(min_row=2, values_only=True))
    assert {row[8] for row in targets} == {0.0, 0.37}


def test_texts_of_a_workbook_are_never_formulas(tmp_path: Path, workspace: Workspace) -> None:
    result = fabricated.saclay(tmp_path / "runs", workspace)
    result.scenarios[0].description = {"en": "=HYPERLINK(1)"}
    path = study.write(tmp_path / "a.xlsx", result, workspace, "xlsx")  # type: ignore[arg-type]
    cell = load_workbook(path)["Scenarios 1"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_sheets_that_a_section_has_no_table_for_are_not_there(saclay: Findings) -> None:
    names = load_workbook(io.BytesIO(study.rendered(saclay, "xlsx"))).sheetnames
    assert "Budgets" not in names
    assert "Sources" in names


def test_a_form_that_is_not_known_is_refused(saclay: Findings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written so"):
        study.write(tmp_path / "a.doc", saclay.result, saclay.workspace, "doc")  # type: ignore[arg-type]


def test_rows_of_the_territory_of_the_only_place_or_of_none() -> None:
    import pyarrow as pa

    several = pa.table({"place": ["1", "2"], "x": [1, 2]})
    assert of_place(several, "2") == [{"place": "2", "x": 2}]
    assert of_place(several, "3") == []
    assert of_place(several.slice(0, 1), "3") == [{"place": "1", "x": 1}]
    assert of_place(pa.table({"x": [1]}), "3") == [{"x": 1}]


def test_a_study_that_was_run_is_reported(tmp_path: Path) -> None:
    """From the bundled file to the three forms, through the runs that are kept."""
    here = open_workspace(tmp_path / "workspace")
    file = Path(str(resources.files("agglo.studies"))) / "bundled" / "local-green-deal.yaml"
    asked = studies.read(file)
    running.run(here, asked, only=[asked.compare_with])
    result = results.load(here, asked.name)
    text = study.write(tmp_path / "a.html", result, here, "html").read_text(encoding="utf-8")
    assert Page(text).faults == []
    assert "PCAET (2019-2024)" in text
    assert rows_of(text, "effort-0-1-table")[1][:5] == ["All sectors", "2030", "100%", "100", "66.0"]
    assert "No probability of meeting a target" in text
    sheet = load_workbook(study.write(tmp_path / "a.xlsx", result, here, "xlsx"))["Runs"]
    assert {row[2] for row in sheet.iter_rows(min_row=2, values_only=True)} == {
        f"agglo verify {step.run.id}" for step in result.scenarios[0].steps.values() if step.run
    }
    assert "66" in pdf_text(study.write(tmp_path / "a.pdf", result, here, "pdf").read_bytes())


def test_two_versions_of_a_scenario_have_labels_of_their_own(tmp_path: Path, workspace: Workspace) -> None:
    result = fabricated.strasbourg(tmp_path, workspace)
    result.scenarios[2].name, result.scenarios[2].version = "plan", 2
    result.scenarios[2].title = result.scenarios[0].title
    found = Findings(result, workspace)  # type: ignore[arg-type]
    labels = [one.label for one in found.of("climate.trajectory", "emissions")]
    assert labels == ["No new action", "Climate plan (version 1)", "Climate plan (version 2)"]


def test_a_study_without_any_answer_says_so(workspace: Workspace) -> None:
    nothing = fabricated.Scenario("reference", {"en": "A"}, {"a": fabricated.Step("a", "climate.trajectory", None)})
    place = fabricated.Place(fabricated.STRASBOURG, "Strasbourg")
    result = fabricated.Result(fabricated.Study("s", {"en": "T"}, {"en": "Q?"}, place), [nothing])
    text = study.rendered(Findings(result, workspace), "html").decode()  # type: ignore[arg-type]
    assert "No step of this study has an answer yet." in text
    assert "A, step “a”: not run yet" in text
