"""Wrong usage of the command line, workspaces that cannot be used, settings, territories and models."""

import json
import os
from pathlib import Path

import pytest

from agglo.cli import language

from .conftest import Agglo, program, tree


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["shw"], ['No command "agglo shw".', 'Did you mean "show"?']),
        (["data", "ad"], ['No command "agglo data ad".', 'Did you mean "add"?']),
        (["footprint", "estimat"], ['Did you mean "estimate"?']),
        (["show"], ["RUN: found nothing. Identifier of a run", "Its help: agglo show --help"]),
        (["export", "x"], ["FILE: found nothing. ZIP file to write."]),
        (["runs", "--workspac", "x"], ['--workspac: expected an option of this command. Did you mean "--workspace"?']),
        (["runs", "--limit", "0"], ["--limit: expected a whole number, 1 or more"]),
        (["runs", "--limit", "x"], ["--limit: expected a whole number, 1 or more"]),
        (
            ["runs", "--state", "fail"],
            ['--state: found "fail", expected one of finished, failed. Did you mean "failed"?'],
        ),
        (["footprint", "estimate", "--cores", "x"], ["--cores: expected a number"]),
        (
            ["footprint", "estimate", "--cores"],
            ["--cores: found nothing, expected a value", "footprint estimate --help"],
        ),
        (["runs", "--json=1"], ["--json: found a value, expected nothing"]),
        (["show", "a", "b"], ["b: expected nothing more"]),
        (["--workspace", "x", "runs"], ["--workspace: found an option, expected a command first. Options come after"]),
        (["init", "a", "--workspace", "b"], ["--workspace: found b, expected a. Give the folder once."]),
    ],
    ids=str,
)
def test_wrong_words(words: list[str], messages: list[str], agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["agglo", *words])
    said = agglo(*words)
    assert (said.code, said.out) == (2, "")
    for message in messages:
        assert message in said.err


@pytest.mark.parametrize("words", [[], ["data"], ["config"]], ids=str)
def test_a_group_without_a_command_shows_its_help(words: list[str], agglo: Agglo) -> None:
    said = agglo(*words)
    assert (said.code, said.out) == (2, "")
    assert "Commands:" in said.err


def test_a_workspace_is_made_once_and_kept(agglo: Agglo, tmp_path: Path) -> None:
    assert agglo("init").out == f"Workspace ready: {tmp_path / 'workspace'}\n"
    before = tree(tmp_path / "workspace")
    assert agglo("init").code == 0
    assert tree(tmp_path / "workspace") == before


@pytest.mark.parametrize(
    "words", [["runs"], ["data", "list"], ["config", "show"], ["demo"], ["work"], ["reindex"]], ids=str
)
def test_a_folder_that_is_no_workspace_is_refused(words: list[str], agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").touch()
    (tmp_path / "file").touch()
    said = agglo(*words, "--workspace", "papers")
    assert (said.code, said.out) == (2, "")
    assert "This folder is not a workspace." in said.err
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["letter.txt"]
    for place in ("file", "file/below", os.devnull):
        said = agglo(*words, "--workspace", place)
        assert (said.code, said.out) == (2, "")
        assert "expected a folder to write in" in said.err


def test_settings_and_where_they_come_from(agglo: Agglo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agglo("init")
    (tmp_path / "workspace" / "agglo.toml").write_text('location = "GB"\n')
    monkeypatch.setenv("AGGLO_PUE", "1.2")
    content = json.loads(agglo("config", "show", "--json").out)
    assert content["location"] == {"value": "GB", "origin": "agglo.toml"}
    assert content["pue"] == {"value": 1.2, "origin": "AGGLO_PUE"}
    assert content["platform"] == {"value": "localServer", "origin": "default"}
    text = agglo("config", "show").out
    assert text.startswith(f"Workspace: {tmp_path / 'workspace'}\n")


def test_wrong_settings_are_refused(agglo: Agglo, tmp_path: Path) -> None:
    agglo("init")
    (tmp_path / "workspace" / "agglo.toml").write_text('locatoin = "GB"\npue = 0.5\n')
    said = agglo("config", "show")
    assert said.code == 2
    assert 'agglo.toml: locatoin: expected a setting of agglo. Did you mean "location"?' in said.err
    assert "agglo.toml: pue: found 0.5, expected a number from 1 to 10" in said.err


@pytest.mark.parametrize("words", [["runs", "--workspace", "here"], ["runs", "--workspace=here"], ["runs"]], ids=str)
def test_the_language_is_that_of_the_workspace(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "agglo.toml").write_text('language = "en"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGGLO_WORKSPACE", "elsewhere" if len(words) > 1 else "here")
    monkeypatch.setattr(os, "environ", {name: text for name, text in os.environ.items() if name != language.VARIABLE})
    monkeypatch.setattr(language, "_TAKEN_FROM_SETTINGS", [])
    language.take(words)
    assert os.environ[language.VARIABLE] == "en"
    assert language.VARIABLE not in language.environment()


def test_the_language_of_the_environment_comes_first(tmp_path: Path) -> None:
    (tmp_path / "agglo-workspace").mkdir()
    (tmp_path / "agglo-workspace" / "agglo.toml").write_text('language = "fr"\n')
    said = program("config", "show", "--json", folder=tmp_path)
    assert json.loads(said.out)["language"] == {"value": "en", "origin": "AGGLO_LANGUAGE"}
    said = program("config", "show", "--json", folder=tmp_path, AGGLO_LANGUAGE=None)
    assert json.loads(said.out)["language"] == {"value": "fr", "origin": "agglo.toml"}


def test_the_bundled_territory(agglo: Agglo) -> None:
    text = agglo("territory", "show").out
    assert text.startswith("Communauté d'agglomération Paris-Saclay (200056232), ")
    assert "319,695" in text
    content = json.loads(agglo("territory", "show", "Paris-Saclay", "--json").out)
    assert (content["siren"], len(content["communes"])) == ("200056232", 27)


def test_another_territory_without_a_network_says_how_to_go_on(agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_GEOGRAPHY_API", "http://127.0.0.1:9")
    said = agglo("territory", "show", "200042992")
    assert (said.code, said.out) == (2, "")
    assert "To go on: " in said.err
    assert "which needs no network" in said.err
    assert "This is no SIREN." in agglo("territory", "show", "123").err


def test_models(agglo: Agglo) -> None:
    assert "land.sinks" in agglo("model", "list").out
    text = agglo("model", "show", "land.sinks").out
    for expected in (
        "land.sinks@1.0.0  Carbon sinks of soils and plants",
        "land_cover  land-cover          required",
        "land_take_factor     1         0 - 2",
        "What it leaves out\n- ",
        "The authority does not declare, in register/land.sinks.yaml of the workspace: state",
    ):
        assert expected in text
    assert max(map(len, text.splitlines())) <= 100
    content = json.loads(agglo("model", "show", "land.sinks", "--json").out)
    assert set(content) >= {"id", "inputs", "parameters", "outputs", "card", "missing"}
    assert 'No model named "sinks".' in agglo("model", "show", "sinks").err


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    import subprocess

    from .conftest import command, environment

    with subprocess.Popen(
        command("territory", "show"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_terminal_that_is_not_in_utf8_is_served(tmp_path: Path) -> None:
    said = program("territory", "show", "--json", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert said.code == 0
    assert "Épinay-sur-Orge" in {one["name"] for one in json.loads(said.out)["communes"]}
    assert program("territory", "show", folder=tmp_path, PYTHONIOENCODING="ascii").code == 0
