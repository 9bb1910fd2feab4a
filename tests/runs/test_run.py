import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.runs.run import load


def test_a_run_is_found_by_its_identifier_its_beginning_or_its_end(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    for reference in (run.id, run.id[:8], run.id[-4:]):
        assert load(workspace, reference).id == run.id


def test_several_runs_of_that_beginning_are_named(workspace, pebble, ask) -> None:
    runs = [ask(workspace, pebble, seed=seed).run for seed in range(2)]
    with pytest.raises(InvalidInput, match="Give more of the identifier") as caught:
        load(workspace, "0")
    assert [fault.where for fault in caught.value.faults] == [run.id for run in runs]


@pytest.mark.parametrize("reference", ["", " ", "ffff", "..", ".", "../runs", "/"])
def test_another_name_is_refused(workspace, pebble, ask, reference) -> None:
    ask(workspace, pebble)
    with pytest.raises(NotFound, match="No run"):
        load(workspace, reference)


def test_an_output_that_is_not_there_is_named(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    assert run.table("pebbles").num_rows == 2
    with pytest.raises(NotFound, match=r'no output "pebble"\.\nIt has: pebbles'):
        run.path_of("pebble")


def test_a_failed_run_has_no_output_and_no_indicator(workspace, program, ask) -> None:
    run = ask(workspace, program("exit 1", {"volumes": {}})).run
    assert (run.indicators, run.notes, run.certificates) == ([], [], [])
    with pytest.raises(NotFound, match="It has: none"):
        run.path_of("volumes")


def test_a_run_says_its_model_and_its_cost(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    assert run.model == "test.pebble@1.0.0"
    assert run.footprint.to_dict() == run.content["footprint"]
    assert run.log == "weighing\n"
