"""Tables of communes: what they leave to the workbook, and one scenario or several."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from agglo.contract.indicators import Indicator
from agglo.store.workspace import Workspace
from agglo.studies.report import study
from agglo.studies.report.chapters import places
from agglo.studies.report.findings import Findings
from agglo.territory import perimeters

from .. import fabricated
from ..reading import rows_of

WHOLE = perimeters.load()


def uncounted(value: float) -> list[Indicator]:
    """An area without a carbon factor in Orsay alone, and in all."""
    areas = dict.fromkeys(WHOLE.codes, 0.0) | {WHOLE.commune("Orsay").insee: value, WHOLE.siren: value}
    return [
        Indicator(name="land.uncounted-area", value=area, unit="ha", place=place, year=2023)
        for place, area in areas.items()
    ]


def flux(factor: float, causes: dict[str, float]) -> list[Indicator]:
    """A flux that differs from commune to commune, and the territory's in all and by cause, times a factor."""
    places = {code: -float(rank) for rank, code in enumerate(WHOLE.codes)}
    told = [(place, "", value) for place, value in places.items()]
    told += [(WHOLE.siren, "", sum(causes.values())), *((WHOLE.siren, cause, value) for cause, value in causes.items())]
    return [
        Indicator(
            name="land.carbon-flux", value=value * factor, unit="tCO2/yr", place=place, sector=sector, year=2018,
            since=2012, source="Aldo",
        )
        for place, sector, value in told
    ]  # fmt: skip


def page(folder: Path, workspace: Workspace, values: list[float]) -> str:
    """The page of a study with a scenario A, B... by value."""
    return study.rendered(findings(folder, workspace, [uncounted(value) for value in values]), "html").decode()


def findings(
    folder: Path, workspace: Workspace, answers: list[list[Indicator]], *, model: str = "land.sinks"
) -> Findings:
    """A study with a scenario A, B... by answer."""
    kept = fabricated.keeper(folder, workspace)
    runs = [kept.run(model, {}, title="Land", found=found, headline="soils") for found in answers]
    scenarios = [
        fabricated.Scenario(letter.lower(), {"en": letter}, {"land": fabricated.Step("land", model, run)})
        for letter, run in zip("ABC", runs, strict=False)
    ]
    place = fabricated.Place(fabricated.SACLAY, "")
    result = fabricated.Result(fabricated.Study("s", {"en": "T"}, {"en": "Q?"}, place, "a"), scenarios)
    return Findings(result, workspace)  # type: ignore[arg-type]


def test_few_values_are_told_without_a_map_and_zeros_are_in_the_workbook(tmp_path: Path, workspace: Workspace) -> None:
    text = page(tmp_path, workspace, [1.25])
    assert "<use " not in text
    assert rows_of(text, "place-0-0-table") == [
        ["Commune", "Value [ha]"],
        ["Orsay", "1.25"],
        ["Communauté d&#39;agglomération Paris-Saclay", "1.25"],
    ]
    assert "26 more rows are in the workbook (XLSX)." in text


def test_what_the_model_covers_leads(tmp_path: Path, workspace: Workspace) -> None:
    text = page(tmp_path, workspace, [1.25])
    assert "soils" in text[text.index("What these figures cover") : text.index('id="scenarios"')]
    assert "What this covers: soils." in text[text.index('id="communes"') :]


def test_three_scenarios_are_each_compared_with_the_first(tmp_path: Path, workspace: Workspace) -> None:
    rows = rows_of(page(tmp_path, workspace, [1.25, 0.5, 2.0]), "place-0-0-table")
    assert rows[0] == ["Commune", "A [ha]", "B [ha]", "C [ha]", "B: difference [ha]", "C: difference [ha]"]
    assert rows[1] == ["Orsay", "1.25", "0.50", "2.00", "−0.75", "+0.75"]


CAUSES = {"land-take": -120.0, "to-forest": 20.5, "to-wetland": 0.0, "to-orchard": 0.0}


def test_the_flux_of_the_territory_is_told_by_cause(tmp_path: Path, workspace: Workspace) -> None:
    found = findings(tmp_path, workspace, [flux(factor, CAUSES) for factor in (1.0, 0.5)])
    text = study.rendered(found, "html").decode()
    assert rows_of(text, "place-0-0-causes") == [
        ["Cause", "A [tCO₂/yr]", "B [tCO₂/yr]", "B: difference [tCO₂/yr]"],
        ["Land take", "−120.0", "−60.0", "+60.0"],
        ["To forest", "20.5", "10.2", "−10.2"],
        ["All causes", "−99.5", "−49.8", "+49.8"],
    ]
    assert "Zero in every scenario: to orchard, to wetland. 2 more rows are in the workbook (XLSX)." in text
    assert text.index('id="place-0-0-table"') < text.index('id="place-0-0-causes"')
    assert "by cause, whole territory, tCO₂/yr (" in text


def test_a_workbook_holds_every_cause_unrounded(tmp_path: Path, workspace: Workspace) -> None:
    found = findings(tmp_path, workspace, [flux(factor, CAUSES) for factor in (1.0, 1 / 3)])
    sheet = load_workbook(io.BytesIO(study.rendered(found, "xlsx")))["Communes 2"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == ["Land take", "To forest", "To orchard", "To wetland", "All causes"]
    assert rows[0][1:] == (-120.0, -40.0, 80.0)
    assert rows[1][2] == pytest.approx(20.5 / 3)


def test_scenarios_that_differ_by_cause_alone_are_told_apart(tmp_path: Path, workspace: Workspace) -> None:
    other = {"land-take": -100.0, "to-forest": 0.5, "to-wetland": 0.0, "to-orchard": 0.0}
    found = findings(tmp_path, workspace, [flux(1.0, CAUSES), flux(1.0, other)])
    rows = rows_of(study.rendered(found, "html").decode(), "place-0-0-causes")
    assert rows[1] == ["Land take", "−120.0", "−100.0", "+20.0"]
    assert rows[-1] == ["All causes", "−99.5", "−99.5", "0"]


def test_without_causes_or_for_an_inventory_there_is_no_such_table(tmp_path: Path, workspace: Workspace) -> None:
    assert "-causes" not in page(tmp_path / "none", workspace, [1.25])
    found = findings(tmp_path / "sectors", workspace, [flux(1.0, CAUSES)], model="climate.inventory")
    assert "-causes" not in study.rendered(found, "html").decode()


def test_beside_a_map_are_its_source_and_how_to_read_it(tmp_path: Path, workspace: Workspace) -> None:
    text = study.rendered(findings(tmp_path, workspace, [flux(1.0, {"land-take": -1.0})]), "html").decode()
    reading = text[text.index('<div class="reading">') :]
    reading = reading[: reading.index("</div>")]
    for said in (
        "<p>Obtained: modelled. Source: Aldo.</p>",
        "A value on the limit of two classes is in the one further from zero.",
        "Colours show the total of each commune, not a figure per hectare: a larger commune often has a larger one.",
    ):
        assert said in reading
    assert "“≈ 0” is not zero but rounds to it" in text


def test_a_table_without_a_map_says_how_it_was_obtained(tmp_path: Path, workspace: Workspace) -> None:
    text = page(tmp_path, workspace, [1.25])
    assert '<p class="below">Obtained: modelled. 26 more rows' in text


@pytest.mark.parametrize(
    ("unit", "total"),
    [("tCO2/yr", True), ("ha", True), ("EUR", True), ("%", False), ("%/yr", False), ("1", False), ("tC/ha", False),
     ("EUR/tCO2e", False)],
)  # fmt: skip
def test_only_amounts_are_totals_of_a_commune(unit: str, total: bool) -> None:
    assert places.is_total(unit) is total
