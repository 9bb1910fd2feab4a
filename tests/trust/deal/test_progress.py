import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agglo.contract.errors import Damaged, InvalidInput, NotFound
from agglo.runs.run import Run
from agglo.store import blobs
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, progress, reading, sheet, standing
from agglo.trust.deal.keeping import Kept

from .conftest import INDICATOR, Content

RunOf = Callable[..., Run]
SAID = {"author": "energy officer", "source": "the register of works"}


def test_a_figure_of_a_kept_run(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of()
    entry = progress.from_run(workspace, "small", "land", run=run.id[-12:])
    assert (entry.basis, entry.value, entry.unit, entry.year) == ("run", 20.0, "ha/yr", 2024)
    assert (entry.run, entry.model, entry.place) == (run.id, "test.script@1.0.0", "200056232")
    assert (entry.quality, entry.outcome) == ("modelled", run.content["outcome"]["digest"])
    known = standing.standings(workspace, keeping.load(workspace, "small"))[0]
    assert known.modelled == entry
    assert known.share(entry) == 0.5


def test_a_run_of_a_draft_card_feeds_no_deal(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of(complete=False)
    with pytest.raises(InvalidInput, match="draft, which feeds no deal") as error:
        progress.from_run(workspace, "small", "land", run=run.id)
    assert "maker.licence" in str(error.value)
    assert "authority.legal_basis" in str(error.value)
    assert keeping.load(workspace, "small").events("progress") == []


def test_a_card_that_is_incomplete_on_one_side_names_that_side(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of()
    (workspace.register / "test.script.yaml").write_text("owner: somebody\n")
    with pytest.raises(InvalidInput, match=r"authority\.legal_basis") as error:
        progress.from_run(workspace, "small", "land", run=run.id)
    assert "maker." not in str(error.value)


def test_a_failed_run_feeds_no_deal(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of(script="#!/bin/sh\nexit 3\n")
    with pytest.raises(InvalidInput, match="found failed, expected a finished run"):
        progress.from_run(workspace, "small", "land", run=run.id)


def test_a_run_that_differs_or_was_changed_feeds_no_deal(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of()
    run.sealed.add_event("certified", {"verdict": "differs"})
    with pytest.raises(InvalidInput, match="verified: differs"):
        progress.from_run(workspace, "small", "land", run=run.id)
    (run.sealed.folder / "log.txt").write_text("changed")
    with pytest.raises(Damaged):
        progress.from_run(workspace, "small", "land", run=run.id)


@pytest.mark.parametrize(
    ("indicators", "given", "expected"),
    [
        ([{**INDICATOR, "place": "91272"}], {}, r"land.take: found 91272, expected 200056232. Give one of its places"),
        ([INDICATOR, {**INDICATOR, "year": 2023}], {}, "found 2023, 2024, expected one year"),
        ([INDICATOR], {"year": 2023}, "found 2024, expected 2023"),
        ([{**INDICATOR, "value": None}], {}, "found not known, expected a figure"),
        ([{**INDICATOR, "name": "land.uncounted-area", "unit": "ha"}], {}, "found land.uncounted-area, expected land"),
        ([{**INDICATOR, "sector": "to-forest"}], {}, "found 200056232 to-forest, expected 200056232"),
        ([{**INDICATOR, "year": 2017}], {}, "year: found 2017, expected 2018 or later"),
    ],
)
def test_a_run_without_the_one_figure_is_refused(
    workspace: Workspace, kept: Kept, run_of: RunOf, indicators: list, given: dict, expected: str
) -> None:
    run = run_of(*indicators)
    with pytest.raises(InvalidInput, match=expected):
        progress.from_run(workspace, "small", "land", run=run.id, **given)


def test_place_and_year_choose_among_several(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of(INDICATOR, {**INDICATOR, "place": "91272", "value": 1.0}, {**INDICATOR, "year": 2023})
    assert progress.from_run(workspace, "small", "land", run=run.id, place="91272").value == 1.0
    assert progress.from_run(workspace, "small", "land", run=run.id, year=2023).year == 2023


def test_a_figure_of_a_year_to_come_is_a_projection_apart(workspace: Workspace, kept: Kept, run_of: RunOf) -> None:
    run = run_of(INDICATOR, {**INDICATOR, "year": 2150, "value": 4.0})
    assert progress.from_run(workspace, "small", "land", run=run.id, year=2150).projected
    known = standing.standings(workspace, keeping.load(workspace, "small"))[0]
    assert (known.modelled, known.projected.value) == (None, 4.0)
    progress.from_run(workspace, "small", "land", run=run.id, year=2024)
    known = standing.standings(workspace, keeping.load(workspace, "small"))[0]
    assert (known.modelled.value, known.projected.value) == (20.0, 4.0)


@pytest.mark.parametrize(("commitment", "got"), [("retrofit", "an indicator of its own"), ("charter", "no indicator")])
def test_a_commitment_outside_the_vocabulary_takes_no_run(
    workspace: Workspace, kept: Kept, run_of: RunOf, commitment: str, got: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{got}.*Declare an observation instead"):
        progress.from_run(workspace, "small", commitment, run=run_of().id)


def test_the_place_and_the_sector_of_the_text_hold(workspace: Workspace, content: Content, run_of: RunOf) -> None:
    content["commitments"][0]["indicator"] = {"id": "land.take", "place": "91272", "sector": "land-take"}
    keeping.add(workspace, reading.from_dict(content))
    run = run_of(INDICATOR, {**INDICATOR, "place": "91272", "sector": "land-take", "value": 2.0})
    assert progress.from_run(workspace, "small", "land", run=run.id).value == 2.0
    with pytest.raises(InvalidInput, match="The commitment names its place"):
        progress.from_run(workspace, "small", "land", run=run.id, place="91477")


def test_an_observation_keeps_its_author_source_and_evidence(workspace: Workspace, kept: Kept, evidence: Path) -> None:
    entry = progress.declare(
        workspace, "small", "retrofit", value=250, unit="count", year=2025, evidence=evidence, **SAID
    )
    assert (entry.basis, entry.quality, entry.author) == ("declared", "declared", "energy officer")
    assert blobs.get(workspace, entry.evidence) == evidence.read_bytes()
    events = keeping.load(workspace, "small").events("evidence")
    assert [(one["sha256"], one["suffix"], one["source"]) for one in events] == [
        (entry.evidence, ".csv", "the register of works")
    ]
    assert "evidence.csv" not in json.dumps(events)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"unit": "%"}, "unit: found %, expected count. They measure different things"),
        ({"unit": "homes"}, "unit: found homes, expected count"),
        ({"year": 2019}, "year: found 2019, expected 2020 or later"),
        ({"year": 2199}, "what is observed has been"),
        ({"value": float("inf")}, "value: found inf, expected a finite number"),
        ({"author": " "}, "author: found nothing"),
        ({"source": ""}, "source: found nothing"),
        ({"date": "today"}, "date: found today"),
    ],
)
def test_a_wrong_observation_is_refused_and_leaves_nothing(
    workspace: Workspace, kept: Kept, evidence: Path, given: dict, expected: str
) -> None:
    usual = {"value": 250.0, "unit": "count", "year": 2025, "evidence": evidence, **SAID}
    with pytest.raises(InvalidInput, match=expected):
        progress.declare(workspace, "small", "retrofit", **(usual | given))
    again = keeping.load(workspace, "small")
    assert again.events("progress") == again.events("evidence") == []


def test_an_observation_needs_a_file(workspace: Workspace, kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    usual = {"value": 250.0, "unit": "count", "year": 2025, **SAID}
    with pytest.raises(NotFound, match="No file"):
        progress.declare(workspace, "small", "retrofit", evidence=tmp_path / "none", **usual)
    with pytest.raises(InvalidInput, match="an empty file"):
        progress.declare(workspace, "small", "retrofit", evidence=tmp_path / "empty", **usual)


def test_an_unknown_commitment_is_named_with_the_nearest(workspace: Workspace, kept: Kept, evidence: Path) -> None:
    with pytest.raises(NotFound, match=r'no commitment "retrofits".*\n.*Did you mean "retrofit"'):
        progress.attach(workspace, "small", "retrofits", evidence=evidence, **SAID)


def test_a_commitment_without_indicator_takes_evidence_only(workspace: Workspace, kept: Kept, evidence: Path) -> None:
    with pytest.raises(InvalidInput, match="Keep its evidence without a figure"):
        progress.declare(workspace, "small", "charter", value=1, unit="count", year=2025, evidence=evidence, **SAID)
    file = progress.attach(workspace, "small", "charter", evidence=evidence, date="2026-02-03", **SAID)
    assert (file.date, file.bytes) == ("2026-02-03", evidence.stat().st_size)
    known = standing.standings(workspace, keeping.load(workspace, "small"))[2]
    assert (known.has_evidence, known.since) == (True, "2026-02-03")


def test_a_run_and_a_declaration_stand_side_by_side_never_added(
    workspace: Workspace, kept: Kept, run_of: RunOf, evidence: Path
) -> None:
    progress.from_run(workspace, "small", "land", run=run_of().id)
    progress.declare(workspace, "small", "land", value=30.0, unit="ha/yr", year=2025, evidence=evidence, **SAID)
    last = keeping.load(workspace, "small")
    known = standing.standings(workspace, last)[0]
    assert (known.modelled.value, known.declared.value) == (20.0, 30.0)
    assert (known.share(known.modelled), known.share(known.declared)) == (0.5, 0.25)
    shown = sheet.of(workspace, last)
    lines = {line.what: line for axis in shown.axes for item in axis.commitments for line in item.lines[2:]}
    assert {what: (line.figure, line.share) for what, line in lines.items()} == {
        "From a kept run (modelled)": ("20\xa0ha/yr", "50%"),
        "Declared": ("30\xa0ha/yr", "25%"),
    }
    assert not any(figure in json.dumps(shown.to_dict()) for figure in ("50\\u00a0ha/yr", "25\\u00a0ha/yr", "75%"))


def test_the_latest_year_counts_then_what_was_entered_last(workspace: Workspace, kept: Kept, evidence: Path) -> None:
    for value, year in ((300, 2025), (100, 2022), (310, 2025)):
        progress.declare(
            workspace, "small", "retrofit", value=value, unit="count", year=year, evidence=evidence, **SAID
        )
    known = standing.standings(workspace, keeping.load(workspace, "small"))[1]
    assert (known.declared.value, known.declared.year) == (310, 2025)


def test_progress_outlives_an_amendment_unless_the_indicator_changed(
    workspace: Workspace, kept: Kept, content: Content, evidence: Path
) -> None:
    progress.declare(workspace, "small", "retrofit", value=250, unit="count", year=2025, evidence=evidence, **SAID)
    content["commitments"][1]["target"]["value"] = 500
    amended = keeping.add(workspace, reading.from_dict(content)).kept
    known = standing.standings(workspace, amended)[1]
    assert known.share(known.declared) == 0.5
    content["commitments"][1]["indicator"]["title"] = {"fr": "Bâtiments rénovés"}
    amended = keeping.add(workspace, reading.from_dict(content)).kept
    known = standing.standings(workspace, amended)[1]
    assert (known.declared, known.set_aside) == (None, 1)
    assert "before an amendment: 1" in json.dumps(sheet.of(workspace, amended).to_dict())
