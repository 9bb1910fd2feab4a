"""``agglo publish`` and ``agglo access``; and the rights of whoever uses the command line."""

import json
from pathlib import Path

import pytest

from agglo.store.workspace import open_workspace
from agglo.trust.access import reading, visibility
from agglo.trust.access.people import PUBLIC
from agglo.trust.access.rights import Asset

from .conftest import ANSWER, Agglo, Demo, described, shell_model

COMMUNES = "insee,name,area_ha,region,soil_zone\n91477,Palaiseau,1151,11,1_1\n"


@pytest.fixture
def run(agglo: Agglo, tmp_path: Path) -> str:
    """The identifier of a run whose model's card is a draft."""
    said = agglo("run", shell_model(tmp_path / "model", ANSWER), "--json")
    assert said.code == 0, said.err
    return str(json.loads(said.out)["id"])


def limit(tmp_path: Path, *rights: str) -> None:
    """Leave the operator only some rights."""
    (tmp_path / "workspace" / "rights").mkdir(exist_ok=True)
    text = f"operator: {{rights: [{', '.join(rights)}]}}"
    (tmp_path / "workspace" / "rights" / "roles.yaml").write_text(text, encoding="utf-8")


def test_the_demo_is_published_once_as_an_example(demo: Demo) -> None:
    here = open_workspace(demo.workspace)
    study = Asset("study", "local-green-deal")
    assert [len(visibility.history(here, one)) for one in (study, Asset("run", _run(demo)))] == [1, 1]
    assert visibility.is_example(here, study)
    assert reading.runs(here, PUBLIC, project="local-green-deal").matched == 4
    assert all(row["visibility"] == "public" for row in reading.datasets(here, PUBLIC).rows)


def _run(demo: Demo) -> str:
    return str(reading.runs(open_workspace(demo.workspace), PUBLIC, project="local-green-deal").rows[0]["id"])


def test_a_decision_and_what_it_means(agglo: Agglo, run: str, tmp_path: Path) -> None:
    said = agglo("publish", run[-12:], "--as", "restricted", "--why", "under contract")
    assert (said.code, said.out) == (
        0,
        f"run:{run}: restricted: those may read it who may read what is restricted\n",
    )
    here = open_workspace(tmp_path / "workspace")
    (event,) = visibility.history(here, Asset("run", run))
    assert (event["why"], event["actor"], event["role"]) == ("under contract", here.actor, "operator")
    assert json.loads(agglo("runs", "--json").out)[0]["visibility"] == "restricted"


def test_a_draft_is_not_published(agglo: Agglo, run: str) -> None:
    said = agglo("publish", run)
    assert said.code != 0
    assert "This cannot be published yet." in said.err
    assert "card of test.script: found a draft: maker.title" in said.err


def test_a_dataset_is_published_by_name_and_version(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "communes.csv").write_text(COMMUNES, encoding="utf-8")
    added = agglo(*described("communes.csv", "land-communes", "--json"))
    assert added.code == 0, added.err
    reference = "communes@{version}".format(**json.loads(added.out))
    assert agglo("publish", "dataset:communes").code != 0
    assert agglo("publish", reference).out == f"dataset:{reference}: public: everybody may read it\n"
    assert json.loads(agglo("data", "list", "--json").out)[0]["visibility"] == "public"


@pytest.mark.parametrize("what", ["0123", "lakes@01", "study:none", "dataset:none@01"])
def test_what_is_not_kept_is_not_published(agglo: Agglo, what: str) -> None:
    said = agglo("publish", what)
    assert said.code != 0
    assert "No " in said.err


def test_a_misspelt_visibility_is_told(agglo: Agglo) -> None:
    said = agglo("publish", "0123", "--as", "publik")
    assert said.code != 0
    assert 'Did you mean "public"?' in said.err


def test_roles_are_listed(agglo: Agglo) -> None:
    assert "steward        Steward        read-restricted, add, run, approve" in agglo("access", "roles").out
    assert json.loads(agglo("access", "roles", "--json").out)["public"]["rights"] == []


def test_rights_are_given_listed_and_taken_back(agglo: Agglo, run: str) -> None:
    assert agglo("access", "list").out.startswith("No right was given beyond those of roles.")
    given = ("account:ann", "read-restricted", f"run:{run}")
    assert agglo("access", "grant", *given, "--why", "she asked").out.startswith("Given to account:ann")
    assert "she asked" in agglo("access", "list").out
    (one,) = json.loads(agglo("access", "list", "--json").out)
    assert (one["to"], one["right"], one["on"], one["why"]) == (*given, "she asked")
    assert agglo("access", "revoke", *given).out.startswith("Taken back from account:ann")
    assert agglo("access", "list").out.startswith("No right was given")
    assert "taken back" in agglo("access", "list", "--all").out
    assert agglo("access", "revoke", *given).code != 0


def test_a_right_that_is_none_is_told(agglo: Agglo) -> None:
    said = agglo("access", "grant", "role:stewart", "aprove", "studies")
    assert said.code != 0
    assert [word for word in ('"steward"', '"approve"', '"study"') if word not in said.err] == []


def test_a_limited_operator_is_refused_by_every_command(agglo: Agglo, run: str, tmp_path: Path) -> None:
    (tmp_path / "communes.csv").write_text(COMMUNES, encoding="utf-8")
    reference = "communes@{version}".format(
        **json.loads(agglo(*described("communes.csv", "land-communes", "--json")).out)
    )
    agglo("publish", reference, "--as", "restricted")
    agglo("publish", run, "--as", "restricted")
    assert agglo("export", run, "run.zip").code == 0
    limit(tmp_path)
    refused = [
        ("run", tmp_path / "model", "--again"),
        ("import", "run.zip"),
        described("communes.csv", "land-communes", "--name", "others"),
        ("deal", "add", "paris-saclay"),
        ("access", "list"),
        ("access", "grant", "account:a", "run", "model"),
        ("study", "run", "local-green-deal"),
    ]
    for words in refused:
        said = agglo(*words)
        assert said.code != 0, words
        assert "You do not have the right to" in said.err, words
        assert "rights/roles.yaml of this workspace limits the command line." in said.err
    hidden = [
        ("show", run),
        ("verify", run),
        ("export", run, "again.zip"),
        ("compare", run, run),
        ("data", "show", "communes"),
        ("data", "check", reference),
        ("publish", run, "--as", "draft"),
    ]
    for words in hidden:
        said = agglo(*words)
        assert said.code != 0, words
        assert "No run" in said.err or "No dataset" in said.err, words
    assert json.loads(agglo("runs", "--json").out) == json.loads(agglo("data", "list", "--json").out) == []


def test_files_of_rights_that_cannot_be_read_stop_every_command_and_say_why(
    agglo: Agglo, run: str, tmp_path: Path
) -> None:
    (tmp_path / "workspace" / "rights").mkdir()
    (tmp_path / "workspace" / "rights" / "grants.yaml").write_text("- to: everybody\n", encoding="utf-8")
    for words in (("runs",), ("show", run), ("publish", run, "--as", "draft"), ("access", "list"), ("access", "roles")):
        said = agglo(*words)
        assert said.code != 0, words
        assert "rights/grants.yaml: 1: to: found 'everybody'" in said.err
