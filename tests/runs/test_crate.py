"""Runs as Process Run Crates: other tools can read them. Nothing is asked of the network for it."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agglo.runs.crate import CRATE_FILE
from agglo.store import files

TERMS = json.loads((Path(__file__).parents[1] / "published" / "ro-crate-terms.json").read_text(encoding="utf-8"))


@pytest.fixture
def issues(monkeypatch, tmp_path) -> Iterator[Any]:
    """What roc-validator finds wrong in a folder, its REQUIRED checks of one profile run without a network."""
    pytest.importorskip("rocrate_validator", reason="roc-validator comes with the extra crate")
    import requests
    from rocrate_validator import services
    from rocrate_validator.models import ValidationSettings
    from rocrate_validator.utils import document_loader

    asked = []

    def answer(_session, _method, url, **_details) -> requests.Response:
        asked.append(url)
        response = requests.Response()
        response.status_code, response.url = (200 if url in TERMS else 504), url
        response.headers["Content-Type"] = "application/ld+json"
        response._content = json.dumps(TERMS.get(url)).encode()
        return response

    monkeypatch.setattr(requests.Session, "request", answer)

    def found(folder: Path, profile: str) -> list[str]:
        settings = ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier=profile,
            requirement_severity="REQUIRED",
            offline=True,
            cache_path=tmp_path / "http",
        )
        result = services.validate(settings)
        assert set(asked) == {key for key in TERMS if key.startswith("https:")}
        return [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]

    yield found
    document_loader.uninstall_document_loader()
    logging.getLogger("rocrate_validator").handlers.clear()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("profile", "more"),
    [("ro-crate-1.1", ()), ("process-run-crate-0.5", ()), ("process-run-crate-0.5", ("wrong",))],
)
def test_a_run_passes_the_required_checks(workspace, ask, shell, add_lakes, issues, profile, more) -> None:
    add_lakes(workspace)
    run = ask(workspace, replace(shell, command=("simulate.sh", *more)), inputs={"lakes": "lakes"}).run
    assert run.state == ("failed" if more else "finished")
    assert issues(run.sealed.folder, profile) == []


@pytest.mark.filterwarnings("ignore")
def test_the_checks_would_find_a_crate_that_is_wrong(workspace, pebble, ask, issues, tmp_path) -> None:
    run = ask(workspace, pebble).run
    described = run.sealed.json(CRATE_FILE)
    for entity in described["@graph"]:
        entity.pop("instrument", None)
        entity.pop("datePublished", None)
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / CRATE_FILE).write_bytes(files.to_json(described))
    found = issues(tmp_path / "wrong", "process-run-crate-0.5")
    assert any("instrument" in issue for issue in found)
    assert any("datePublished" in issue for issue in found)


@pytest.fixture
def entities(workspace, ask, shell, add_lakes) -> dict[str, dict[str, Any]]:
    add_lakes(workspace)
    run = ask(workspace, shell, inputs={"lakes": "lakes"}, factor=0.25).run
    return {entity["@id"]: entity for entity in run.sealed.json(CRATE_FILE)["@graph"]} | {"run": run.content}


def test_every_word_is_one_of_the_contexts_it_names(entities) -> None:
    known = {term for terms in TERMS.values() if "@context" in terms for term in terms["@context"]}
    used = {key for entity in entities.values() if "@id" in entity for key in entity if not key.startswith("@")}
    used |= {entity["@type"] for entity in entities.values() if "@type" in entity}
    assert used - known == set()


def test_it_says_what_was_run_on_what_and_what_it_cost(entities) -> None:
    run = entities["run"]
    action = entities[f"#{run['id']}"]
    dataset = run["inputs"]["lakes"]
    assert action["instrument"] == {"@id": "#test.shell@2.1.0"}
    assert entities["#test.shell@2.1.0"]["identifier"] == f"sha256:{run['model']['code']}"
    assert {"@id": f"#lakes@{dataset['version']}"} in action["object"]
    assert entities["#parameter-factor"]["value"] == 0.25
    assert {one["@id"] for one in action["result"]} == {"outcome/indicators.parquet", "outcome/totals.parquet"}
    assert entities["#energy_kwh-central"]["value"] == run["footprint"]["energy_kwh"]["central"]
    assert entities["#energy_kwh-central"]["unitText"] == "kWh"
    assert action["actionStatus"] == {"@id": "http://schema.org/CompletedActionStatus"}


def test_its_agent_is_opaque_and_its_licence_claims_nothing(entities) -> None:
    agent = entities[entities[f"#{entities['run']['id']}"]["agent"]["@id"]]
    assert agent["name"].startswith("actor-")
    assert entities[entities["./"]["license"]["@id"]]["name"] == "Terms of the model and of each input dataset"


def test_a_failed_run_says_why(workspace, ask) -> None:
    run = ask(workspace, behaviour="refuse").run
    [action] = [one for one in run.sealed.json(CRATE_FILE)["@graph"] if one["@type"] == "CreateAction"]
    assert action["error"] == "These lakes cannot be used."
    assert action["actionStatus"] == {"@id": "http://schema.org/FailedActionStatus"}
    assert action["result"] == []


def test_every_file_but_those_that_describe_the_folder_is_listed_with_its_digest(workspace, pebble, ask) -> None:
    run = ask(workspace, pebble).run
    listed = {one["@id"]: one for one in run.sealed.json(CRATE_FILE)["@graph"] if one["@type"] == "File"}
    assert set(listed) == set(run.sealed.manifest["files"]) - {CRATE_FILE}
    for name, entity in listed.items():
        assert entity["sha256"] == files.sha256_of(run.sealed.folder / name)[0]
