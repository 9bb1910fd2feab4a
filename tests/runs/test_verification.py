import json

import pyarrow as pa
import pytest

from agglo.contract.model import from_folder
from agglo.contract.outcome import Numerical
from agglo.runs import asking, environment, verification
from agglo.runs.listing import listing
from agglo.runs.verification import table_differences, verify
from agglo.store import blobs
from agglo.store.sealed import Sealed
from runs.checks import assert_whole, wait_until, working_in


def spoil(path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n")


def test_the_same_answer_is_identical_and_the_certificate_is_kept(workspace, ask, add_lakes) -> None:
    add_lakes(workspace)
    run = ask(workspace, inputs={"lakes": "lakes"}).run
    sealed = {path: path.read_bytes() for path in run.sealed.folder.rglob("*") if path.is_file()}
    certificate = verify(workspace, run)
    assert (certificate.verdict, certificate.differences, certificate.packages) == ("identical", (), ())
    [event] = run.certificates
    assert (event["verdict"], event["actor"]) == ("identical", workspace.actor)
    assert event["footprint"]["status"] in ("measured", "partial")
    [row] = listing(workspace)
    assert (row["certificate"], row["checks"]) == ("identical", 1)
    assert row["checks_energy_kwh"] == event["footprint"]["energy_kwh"]["central"] > 0
    assert {path: path.read_bytes() for path in sealed} == sealed
    assert_whole(workspace)


def test_small_differences_are_within_what_the_model_declares(workspace, ask) -> None:
    certificate = verify(workspace, ask(workspace, behaviour="noise").run)
    assert certificate.verdict == "within tolerance"
    assert "volumes" in certificate.what
    assert certificate.differences == ()


def test_differences_say_where(workspace, ask) -> None:
    run = ask(workspace, behaviour="random").run
    certificate = verify(workspace, run)
    assert certificate.verdict == "differs"
    assert {fault.where for fault in certificate.differences} >= {
        "indicators row 1, value",
        "volumes row 1, volume_m3",
        "volumes row 2, volume_m3",
    }
    first = certificate.differences[0]
    assert float(first.expected) == run.indicators[0].value != float(first.got)
    assert listing(workspace)[0]["certificate"] == "differs"
    assert not ask(workspace, behaviour="random").reused


def test_a_failed_run_cannot_be_verified(workspace, program, ask) -> None:
    run = ask(workspace, program("exit 1")).run
    assert verify(workspace, run).verdict == "cannot run"
    assert run.certificates[-1]["what"] == "This run failed: it has no answer to verify."


def test_a_missing_blob_is_named(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    script = json.loads(blobs.get(workspace, run.content["model"]["code"]))["files"]["simulate.sh"]["sha256"]
    blobs.path_of(workspace, script).unlink()
    certificate = verify(workspace, run)
    assert certificate.verdict == "cannot run"
    assert [fault.where for fault in certificate.differences] == [f"blobs/{script[:12]}"]


def test_a_list_of_packages_that_changed_is_named(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    spoil(blobs.path_of(workspace, run.content["environment"]["packages"]))
    assert verify(workspace, run).verdict == "cannot run"


def test_a_damaged_dataset_is_named(workspace, ask, shell, add_lakes) -> None:
    dataset = add_lakes(workspace)
    run = ask(workspace, shell, inputs={"lakes": "lakes"}).run
    spoil(dataset.path)
    certificate = verify(workspace, run)
    assert certificate.verdict == "cannot run"
    assert "data.parquet" in certificate.differences[0].where


def test_a_dataset_that_is_gone_is_named(workspace, ask, shell, add_lakes) -> None:
    dataset = add_lakes(workspace)
    run = ask(workspace, shell, inputs={"lakes": "lakes"}).run
    dataset.sealed.folder.rename(workspace.root.parent / "elsewhere")
    certificate = verify(workspace, run)
    assert (certificate.verdict, "lakes" in certificate.what) == ("cannot run", True)


@pytest.mark.parametrize("name", ["run.json", "outcome/indicators.parquet", "log.txt", "manifest.json"])
def test_a_damaged_run_cannot_be_verified_and_says_so(workspace, pebble, ask, name) -> None:
    run = ask(workspace, pebble).run
    path = run.sealed.folder / name
    path.chmod(0o644)
    path.write_bytes(b"{")
    again = type(run)(Sealed(run.sealed.folder))
    certificate = verify(workspace, again)
    assert certificate.verdict == "cannot run"
    assert name.rpartition("/")[2] in certificate.differences[0].where
    assert [one["verdict"] for one in again.certificates] == ["cannot run"]


def test_a_run_that_fails_now_cannot_run_and_says_what_it_cost(workspace, program, ask, tmp_path) -> None:
    flag = tmp_path / "flag"
    script = f"""test -e {flag} && exit 3; touch {flag}; printf '{{}}' > "$out/outputs.json" """
    run = ask(workspace, program(script)).run
    certificate = verify(workspace, run)
    assert certificate.verdict == "cannot run"
    assert "ended with code 3" in certificate.what
    assert certificate.footprint["measurement"]["wall_s"] > 0


def test_a_program_that_is_no_longer_installed_cannot_run(workspace, program, ask, monkeypatch, tmp_path) -> None:
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "tools" / "stone-mill"
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    run = ask(workspace, program("""stone-mill || exit 1; printf '{}' > "$out/outputs.json" """)).run
    assert verify(workspace, run).verdict == "identical"
    tool.unlink()
    assert verify(workspace, run).verdict == "cannot run"


def test_packages_that_changed_are_listed(workspace, pebble, ask, monkeypatch) -> None:
    run = ask(workspace, pebble).run
    now = (*(one for one in environment.packages() if not one.startswith("numpy==")), "zzz==1.0")
    monkeypatch.setattr(environment, "packages", lambda: now)
    packages = verify(workspace, run).packages
    assert any(one.startswith("numpy ") and one.endswith("-> -") for one in packages)
    assert "zzz - -> 1.0" in packages


def test_code_edited_without_a_new_version_is_a_new_question_and_the_older_run_still_runs_the_older_code(
    workspace, lake_folder, ask
) -> None:
    older = ask(workspace, from_folder(lake_folder)).run
    code = lake_folder / "__init__.py"
    code.write_text(code.read_text().replace("area * parameters.rain_m", "2 * area * parameters.rain_m"))
    edited = ask(workspace, from_folder(lake_folder))
    assert not edited.reused
    assert edited.run.content["fingerprint"] != older.content["fingerprint"]
    assert edited.run.content["model"]["version"] == older.content["model"]["version"]
    assert [one.value for one in edited.run.indicators] == [2 * one.value for one in older.indicators]
    assert verify(workspace, older).verdict == "identical"
    code.unlink()
    assert verify(workspace, older).verdict == "identical"
    assert verify(workspace, edited.run).verdict == "identical"


def test_a_shell_script_is_kept_verified_and_asked_like_a_python_model(workspace, ask, add_lakes, shell) -> None:
    add_lakes(workspace)
    first = ask(workspace, shell, inputs={"lakes": "lakes"}, factor=2)
    assert first.run.table("totals").to_pydict() == {"insee": ["91272", "01004"], "area_m2": [200.0, 401.0]}
    assert first.run.notes == ["from a shell script"]
    assert verify(workspace, first.run).verdict == "identical"
    assert ask(workspace, shell, inputs={"lakes": "lakes"}, factor="2,0").reused
    assert_whole(workspace)


def test_an_interrupted_verification_certifies_nothing(workspace, pebble, ask, monkeypatch) -> None:
    run = ask(workspace, pebble).run

    def interrupted(*_given, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(verification.execution, "ask_process", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify(workspace, run)
    assert run.certificates == []
    assert_whole(workspace)


def test_agglo_killed_while_it_verifies_leaves_nothing(workspace, pebble, ask, agglo) -> None:
    run = ask(workspace, pebble, seconds=1).run
    verifier = agglo(workspace, "verify", run.id)
    wait_until(lambda: working_in(workspace))
    verifier.kill()
    verifier.communicate()
    assert asking.recover(workspace) == []
    wait_until(lambda: not working_in(workspace))
    assert run.certificates == []
    assert_whole(workspace)


def test_a_certificate_whose_process_died_before_indexing_it_is_found(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    left = workspace.staging / "aside-0"
    left.mkdir()
    (left / "touched").write_text(run.id)
    run.sealed.add_event("certified", {"actor": "a", "verdict": "differs", "footprint": None})
    assert not ask(workspace, pebble).reused


def table(values: list[float | None], codes: str = "abc") -> pa.Table:
    return pa.table({"code": list(codes[: len(values)]), "value": pa.array(values, pa.float64())})


NAN = float("nan")
INFINITE = float("inf")


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        ([1.0, 2.0], [1.0, 2.0], []),
        ([1.0, 2.0], [1.0 + 5e-7, 2.0], []),
        ([1.0, 2.0], [1.0 + 2e-6, 2.0], [1]),
        ([0.0], [5e-10], []),
        ([0.0], [2e-9], [1]),
        ([None, 1.0], [None, 1.0], []),
        ([None, 1.0], [NAN, 1.0], [1]),
        ([NAN], [NAN], []),
        ([NAN], [1.0], [1]),
        ([INFINITE], [INFINITE], []),
        ([INFINITE], [-INFINITE], [1]),
        ([1e300], [1.1e300], [1]),
    ],
)
def test_numbers_are_compared_within_the_tolerance_and_the_kept_one_is_the_reference(before, after, rows) -> None:
    found = table_differences("t", table(before), table(after), Numerical(absolute=1e-9, relative=1e-6))
    assert [fault.where for fault in found] == [f"t row {row}, value" for row in rows]


def test_texts_and_whole_numbers_are_compared_exactly() -> None:
    before = pa.table({"a": [10_000_000_000, 1], "b": ["x", "y"]})
    after = pa.table({"a": [10_000_000_001, 1], "b": ["x", "z"]})
    found = table_differences("t", before, after, Numerical(relative=1e-6))
    assert [fault.where for fault in found] == ["t row 1, a", "t row 2, b"]


def test_a_whole_number_and_the_same_number_with_a_point_agree() -> None:
    assert table_differences("t", pa.table({"a": [1, 2]}), pa.table({"a": [1.0, 2.0]}), Numerical()) == []


def test_other_columns_and_other_rows_are_differences() -> None:
    [columns] = table_differences("t", pa.table({"a": [1]}), pa.table({"b": [1]}), Numerical())
    assert (columns.got, columns.expected) == ("b", "a")
    [rows] = table_differences("t", pa.table({"a": [1]}), pa.table({"a": [1, 2]}), Numerical())
    assert (rows.got, rows.expected) == ("2 rows", "1 rows")


def test_no_more_than_a_page_of_differences_is_listed() -> None:
    before, after = pa.table({"a": [0.0] * 500}), pa.table({"a": [1.0] * 500})
    assert len(table_differences("t", before, after, Numerical())) == 20
