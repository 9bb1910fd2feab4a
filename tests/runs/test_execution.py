import json
import shutil
import subprocess

import pytest

from agglo.contract.errors import Fault
from agglo.runs import asking, execution, questions, requests, verification
from agglo.store import blobs
from agglo.store.workspace import open_workspace
from runs.checks import assert_whole, wait_until, working_in

POINTS = {"points": {"kind": "table", "columns": {"insee": "", "area": "ha"}}}


def answering(answer: object, before: str = "") -> str:
    """A script that answers this."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return f"{before}\ncat > \"$out/outputs.json\" <<'JSON'\n{text}\nJSON"


def indicator(**changes: object) -> dict[str, object]:
    return {"name": "land.take", "value": 1, "unit": "ha/yr", "place": "91272", "year": 2024} | changes


@pytest.mark.parametrize(
    ("behaviour", "reason", "what"),
    [
        ("raise", "raised", "RuntimeError: the lake overflowed in <out>"),
        ("refuse", "refused", "These lakes cannot be used."),
        ("exit", "raised", "ended with code 7"),
        ("die", "killed", "SIGKILL"),
        ("nan", "invalid", "not what it promises"),
    ],
)
def test_every_way_a_python_model_fails_is_a_whole_failed_run_with_its_log(
    workspace, ask, behaviour, reason, what
) -> None:
    run = ask(workspace, behaviour=behaviour).run
    assert (run.state, run.content["failure"]["reason"]) == ("failed", reason)
    assert what in run.content["failure"]["what"]
    assert "a print goes to the log, not to the protocol" in run.log
    assert run.footprint.status in ("measured", "partial")
    assert run.indicators == []
    assert_whole(workspace)


def test_the_faults_of_a_refusal_are_kept(workspace, ask) -> None:
    [fault] = ask(workspace, behaviour="refuse").run.content["failure"]["faults"]
    assert fault == {"where": "lakes row 3", "got": "-1 ha", "expected": "0 or more", "repair": ""}


def test_a_traceback_is_in_the_log(workspace, ask) -> None:
    assert "RuntimeError: the lake overflowed" in ask(workspace, behaviour="raise").run.log


def test_a_note_that_is_no_unicode_text_is_kept_as_far_as_it_is_one(workspace, program, ask) -> None:
    answer = '{"indicators": [], "notes": ["a \\ud800 b"]}'
    run = ask(workspace, program(answering(answer))).run
    assert run.notes == ["a ? b"]
    assert_whole(workspace)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"indicators": [3]}', "cannot be read"),
        ('{"indicators": {"a": 1}}', "cannot be read"),
        ('{"tables": {"points": {}}}', "cannot be read"),
        ('{"tables": {"points": {"path": "../../run.json"}}}', "points|outputs.json"),
        ('{"tables": {"points": {"path": "/etc/hostname"}}}', "outputs.json"),
        ('{"tables": {"points": {"path": "none.csv"}}}', "none.csv: found no such file"),
        ({"indicators": [indicator(value=None)], "tables": {}}, "points: found nothing, expected table"),
        ({"indicators": [indicator(name="land.taek")]}, "land.take"),
        ({"indicators": [indicator(unit="ha")]}, "expected ha/yr"),
        ({"indicators": [indicator(value="much")]}, "value"),
        ({"indicators": [indicator(), indicator(value=2)]}, "given once"),
        ("[" * 100_000, "RecursionError|cannot be read"),
    ],
)
def test_an_answer_that_is_not_one_is_a_whole_failed_run(workspace, program, ask, answer, said) -> None:
    run = ask(workspace, program(answering(answer), POINTS)).run
    assert run.state == "failed"
    failure = "\n".join([run.content["failure"]["what"], *(str(Fault(**one)) for one in _faults(run))])
    assert any(part in failure for part in said.split("|"))
    assert_whole(workspace)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(workspace, program, ask, value) -> None:
    text = json.dumps({"indicators": [indicator(value=-7)]}).replace("-7", value)
    run = ask(workspace, program(answering(text))).run
    assert run.content["failure"]["reason"] == "invalid"
    assert "a finite number" in json.dumps(run.content["failure"]["faults"])


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("insee,surface\\n91272,1\\n", "points: found insee, surface, expected insee, area"),
        ("insee\\n91272\\n", "points: found insee, expected insee, area"),
        ("insee,area,more\\n91272,1,2\\n", "found insee, area, more"),
        ("insee,area\\n91272,much\\n", "points"),
        ("insee,area\\n91272\\n", "points"),
        ("", "points"),
    ],
)
def test_a_table_that_is_not_as_declared_is_refused(workspace, program, ask, csv, said) -> None:
    script = answering({"tables": {"points": {"path": "p.csv"}}}, f"printf '{csv}' > \"$out/p.csv\"")
    run = ask(workspace, program(script, POINTS)).run
    assert run.content["failure"]["reason"] == "invalid"
    assert said in "\n".join(str(Fault(**one)) for one in _faults(run))
    assert_whole(workspace)


def _faults(run) -> list[dict[str, str]]:
    return run.content["failure"]["faults"]


def test_an_output_that_was_not_declared_is_refused(workspace, program, ask) -> None:
    script = answering({"files": {"secret": {"path": "x.txt"}}}, 'echo x > "$out/x.txt"')
    [fault] = _faults(ask(workspace, program(script)).run)
    assert (fault["where"], fault["expected"]) == ("secret", "an output the model declares")


@pytest.mark.parametrize("path", ["link.csv", "folder/hostname"])
def test_an_output_reached_through_a_link_is_refused_and_left_where_it_is(
    workspace, program, ask, tmp_path, path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "hostname").write_text("insee,area\n")
    links = f'ln -s {tmp_path}/elsewhere/hostname "$out/link.csv"; ln -s {tmp_path}/elsewhere "$out/folder"'
    run = ask(workspace, program(answering({"tables": {"points": {"path": path}}}, links), POINTS)).run
    assert run.content["failure"]["reason"] == "invalid"
    assert (tmp_path / "elsewhere" / "hostname").read_text() == "insee,area\n"


def test_a_program_that_is_not_there_is_a_failed_run(workspace, program, ask) -> None:
    model = program("exit 0")
    question = questions.pose(workspace, model, inputs={})
    described = question.to_dict()
    described["model"]["command"] = ["no-such-program"]
    request = requests.accept(workspace, question, {"actor": "a", "role": "r", "scenario": None, "project": None})
    request.path.write_text(json.dumps({"id": request.id, "asked": "2026-01-01T00:00:00.000000Z", **described}))
    [run] = asking.work(workspace)
    assert "no-such-program" in run.content["failure"]["what"]
    assert_whole(workspace)


def test_a_log_that_is_very_long_keeps_its_ends(workspace, program, ask, monkeypatch) -> None:
    monkeypatch.setattr("agglo.runs.redaction.LOG_LIMIT_BYTES", 1000)
    run = ask(workspace, program("{ echo first; seq 1 10000; echo last; } >&2")).run
    assert run.log.startswith("first\n")
    assert "bytes left out" in run.log
    assert run.log.endswith("last\n")


def test_children_of_a_model_end_with_it(workspace, ask) -> None:
    run = ask(workspace, behaviour="children", seconds=0.1).run
    assert run.state == "finished"
    wait_until(lambda: not working_in(workspace))


def test_progress_is_passed_on(workspace, pebble) -> None:
    seen = []
    question = questions.pose(workspace, pebble, inputs={})
    asking.ask(workspace, question, progress=lambda fraction, text: seen.append((fraction, text)))
    assert seen == [(0.5, "weighing")]


@pytest.fixture
def small_disk(tmp_path):
    """A workspace on a disk of its own of 8 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted: this needs the rights of the administrator")
    try:
        yield open_workspace(place / "workspace")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_model_that_fills_the_disk_is_a_whole_failed_run(small_disk, ask) -> None:
    run = ask(small_disk, behaviour="fill").run
    assert (run.state, run.content["failure"]["reason"]) == ("failed", "disk")
    assert run.content["failure"]["faults"][0]["repair"] == "Free some space, then ask again."
    assert "a print goes to the log" in run.log
    assert_whole(small_disk)
    assert ask(small_disk).run.state == "finished"


def test_a_log_that_fills_the_disk_is_a_whole_failed_run_with_the_end_of_it(small_disk, program, ask) -> None:
    run = ask(small_disk, program("yes a line of the log >&2; exit 1")).run
    assert run.content["failure"]["reason"] == "disk"
    assert 1000 < len(run.log) < 100_000
    assert_whole(small_disk)


def test_on_a_full_disk_nothing_is_accepted_and_asking_later_works(small_disk, pebble, ask) -> None:
    ask(small_disk, pebble)
    flood = small_disk.root.parent / "flood"
    with pytest.raises(OSError, match="No space left"), flood.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with pytest.raises(execution.DiskFull, match=r"The disk is full.\nFree some space"):
        ask(small_disk, pebble, seed=1)
    assert asking.recover(small_disk) == []
    flood.unlink()
    assert ask(small_disk, pebble, seed=1).run.state == "finished"
    assert len(assert_whole(small_disk)) == 2


def test_a_disk_that_fills_while_a_run_is_kept_leaves_it_to_be_recovered(small_disk, pebble, ask, monkeypatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execution, "_seal", full)
    with pytest.raises(execution.DiskFull):
        ask(small_disk, pebble)
    monkeypatch.undo()
    [run] = asking.recover(small_disk)
    assert run.content["failure"]["reason"] == "interrupted"
    assert_whole(small_disk)


def test_code_that_changed_in_the_cache_is_put_right(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    place = workspace.cache / "code" / run.content["model"]["code"] / "pebble"
    (place / "simulate.sh").chmod(0o755)
    (place / "simulate.sh").write_text("#!/bin/sh\nexit 3\n")
    (place / "more").write_text("")
    assert verification.verify(workspace, run).verdict == "identical"
    assert sorted(path.name for path in place.iterdir()) == ["model.json", "simulate.sh"]


def test_blobs_of_the_code_are_shared_between_runs(workspace, pebble, ask) -> None:
    first = ask(workspace, pebble).run
    before = sorted(path.name for path in workspace.blobs.rglob("*"))
    second = ask(workspace, pebble, seed=1).run
    assert sorted(path.name for path in workspace.blobs.rglob("*")) == before
    assert first.sealed.manifest["blobs"] == second.sealed.manifest["blobs"]
    for digest in first.sealed.manifest["blobs"]:
        blobs.check(workspace, digest)
