import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, reading, sheet, standing
from agglo.trust.deal.keeping import Kept

from .conftest import Content

FIGURES = st.floats(-1e6, 1e6)


@given(FIGURES, FIGURES)
def test_the_way_begins_at_the_baseline_and_ends_at_the_target(baseline: float, target: float) -> None:
    if target == baseline:
        with pytest.raises(InvalidInput, match="no share of the way"):
            standing.share_of_way(baseline, target, target)
    else:
        assert standing.share_of_way(baseline, target, baseline) == 0
        assert standing.share_of_way(baseline, target, target) == 1


@pytest.mark.parametrize(("value", "expected"), [(83.0, 0.5), (117.0, -0.5), (32.0, 2.0)])
def test_a_share_may_be_below_zero_or_above_one(value: float, expected: float) -> None:
    assert standing.share_of_way(100.0, 66.0, value) == expected


def test_without_evidence_it_says_since_when_never_zero(workspace: Workspace, kept: Kept) -> None:
    known = standing.standings(workspace, kept)
    assert all((one.has_evidence, one.since) == (False, "2026-01-15") for one in known)
    shown = json.dumps(sheet.of(workspace, kept).to_dict())
    assert shown.count("no evidence since 2026-01-15") == 3
    assert '"0%' not in shown


def test_the_day_is_that_of_the_first_text_with_the_commitment(
    workspace: Workspace, kept: Kept, content: Content
) -> None:
    content["date"] = "2026-05-01"
    content["commitments"].append({**content["commitments"][2], "id": "new"})
    amended = keeping.add(workspace, reading.from_dict(content)).kept
    days = {one.commitment.id: one.since for one in standing.standings(workspace, amended)}
    assert (days["charter"], days["new"]) == ("2026-01-15", "2026-05-01")
    assert "No evidence since 2026-05-01." in json.dumps(sheet.of(workspace, amended).to_dict())


def test_without_a_baseline_or_a_target_there_is_no_share(workspace: Workspace, content: Content) -> None:
    del content["commitments"][1]["baseline"]
    amended = keeping.add(workspace, reading.from_dict(content)).kept
    known = standing.standings(workspace, amended)[1]
    entry = type("Entry", (), {"value": 1.0})()
    assert known.share(entry) is None
