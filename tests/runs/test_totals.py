import math

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.footprint.declarations import Embodied
from agglo.runs import asking, questions, totals
from agglo.runs.verification import verify


@pytest.fixture
def by_name(workspace):
    """The totals of a grouping, by name."""
    return lambda by="model": {total.group: total for total in totals.report(workspace, by)}


def test_nothing_kept_is_no_entry_and_no_figure(by_name) -> None:
    assert set(by_name()) == {""}
    whole = by_name()[""]
    assert (whole.entries, whole.energy_kwh, whole.carbon_g, whole.embodied_g) == (0, None, None, None)
    assert set(whole.coverage.values()) == {0}


def test_sums_are_of_what_is_known(workspace, pebble, ask, declared, by_name) -> None:
    runs = [ask(workspace, pebble, weight=weight).run for weight in (1, 2)]
    declared(kwh=2.0, location="FR", model="test.pebble")
    known = [run.footprint.energy_kwh.central for run in runs]
    grams = [run.footprint.carbon_g.central for run in runs]
    total = by_name()["test.pebble"]
    assert total.entries == 3
    assert total.energy_kwh == math.fsum([*known, 2.0])
    assert total.carbon_g == pytest.approx(math.fsum(grams) + 2 * 51.28, rel=0.05)
    assert total.coverage["declared"] == 1
    assert total.coverage["measured"] + total.coverage["partial"] == 2


def test_what_is_unknown_is_never_zero(workspace, pebble, by_name) -> None:
    request = asking.requests.accept(
        workspace, questions.pose(workspace, pebble, inputs={}), {"actor": "a", "role": "r", "project": None}
    )
    request.staging.mkdir()
    asking.recover(workspace)
    total = by_name()["test.pebble"]
    assert (total.entries, total.energy_kwh, total.carbon_g) == (1, None, None)
    assert total.coverage == {"measured": 0, "partial": 0, "declared": 0, "unknown": 1}


def test_carbon_is_unknown_where_the_place_is(declared, by_name) -> None:
    declared(kwh=3.0)
    declared(kwh=4.0, location="FR", embodied=Embodied(500.0, "its maker"))
    whole = by_name()[""]
    assert whole.energy_kwh == 7.0
    assert whole.embodied_g == 500.0
    assert 0 < whole.carbon_g < 1000


def test_checks_are_counted_and_their_cost_is_part_of_the_sum(workspace, pebble, ask, by_name) -> None:
    run = ask(workspace, pebble).run
    before = by_name()["test.pebble"]
    certificates = [verify(workspace, run), verify(workspace, run)]
    after = by_name()["test.pebble"]
    assert (before.checks, after.checks, after.entries) == (0, 2, 1)
    spent = [one.footprint["energy_kwh"]["central"] for one in certificates]
    assert after.energy_kwh == pytest.approx(before.energy_kwh + sum(spent), rel=1e-12)


def test_entries_are_grouped_by_model_project_month_and_territory(workspace, pebble, declared, by_name) -> None:
    question = questions.pose(workspace, pebble, inputs={})
    run = asking.ask(workspace, question, project="roads").run
    declared(project="roads", territory="200056232")
    declared(project="water", date="2026-01-31")
    assert {name: total.entries for name, total in by_name("project").items()} == {"roads": 2, "water": 1, "": 3}
    assert {name: total.entries for name, total in by_name("model").items()} == {"test.pebble": 1, "-": 2, "": 3}
    assert {name: total.entries for name, total in by_name("territory").items()} == {"200056232": 2, "-": 1, "": 3}
    assert set(by_name("month")) == {run.content["finished"][:7], "2026-05", "2026-01", ""}


def test_the_last_total_is_that_of_all(declared, workspace) -> None:
    declared(project="a")
    declared(project="b")
    groups = totals.report(workspace, "project")
    assert [total.group for total in groups] == ["a", "b", ""]
    assert groups[-1].energy_kwh == sum(total.energy_kwh for total in groups[:-1])
    assert groups[-1].to_dict()["coverage"] == {"measured": 0, "partial": 0, "declared": 2, "unknown": 0}


def test_another_grouping_is_refused(workspace) -> None:
    with pytest.raises(InvalidInput, match="found colour, expected model, project, month, territory"):
        totals.report(workspace, "colour")


def test_a_declaration_comes_back_as_it_was_kept(workspace, declared) -> None:
    kept = totals.load(workspace, declared(kwh=1.5, location="FR"))
    assert (kept.energy_kwh.central, kept.partner, kept.tokens.source) == (1.5, "q", "its supplier")
    with pytest.raises((NotFound, OSError)):
        totals.load(workspace, "no-such-declaration")
