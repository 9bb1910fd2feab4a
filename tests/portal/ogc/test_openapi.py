"""The description of the API: whole, and true of what the API does in thousands of cases made from it."""

import json
import random
import warnings
from typing import Any

import pytest

from agglo.portal import app
from agglo.portal.ogc import execution
from agglo.portal.security import Limits, Rate
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from portal.ogc.abstract import FEATURES, PROCESSES, covers
from portal.ogc.conftest import token_of

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
FEW, MANY = 6, 75


@pytest.fixture
def description(client) -> dict[str, Any]:
    answer = client.get("/ogc/api")
    assert answer.headers["content-type"] == OPENAPI
    content: dict[str, Any] = answer.json()
    return content


def each(content: Any) -> Any:
    """Every object in a document."""
    if isinstance(content, dict):
        yield content
        content = list(content.values())
    if isinstance(content, list):
        for one in content:
            yield from each(one)


@covers(FEATURES, "/conf/core/api-definition-success", "/conf/oas30/completeness", "/conf/oas30/exceptions-codes",
        "/conf/oas30/oas-impl", "/conf/oas30/security")  # fmt: skip
@covers(PROCESSES, "/conf/core/api-definition-op", "/conf/core/api-definition-success",
        "/conf/oas30/oas-definition-1", "/conf/oas30/oas-definition-2", "/conf/oas30/oas-impl",
        "/conf/oas30/completeness", "/conf/oas30/exceptions-codes", "/conf/oas30/security")  # fmt: skip
def test_every_schema_is_in_the_description(description) -> None:
    assert description["openapi"] == "3.0.3"
    references = [one["$ref"] for one in each(description) if isinstance(one.get("$ref"), str)]
    assert references
    for reference in references:
        place: Any = description
        assert reference.startswith("#/"), reference
        for part in reference[2:].split("/"):
            place = place[part]
    names = [one["operationId"] for one in each(description) if "operationId" in one]
    assert len(names) == len(set(names))


def test_every_address_of_the_api_is_described(description) -> None:
    described = {
        (f"/ogc{path}".rstrip("/"), method.upper()) for path, one in description["paths"].items() for method in one
    }
    described = {("/".join("{}" if part[:1] == "{" else part for part in path.split("/")), method)
                 for path, method in described}  # fmt: skip
    for route in app.routes():
        if route.path.startswith("/ogc"):
            path = "/".join("{}" if part[:1] == "{" else part for part in route.path.rstrip("/").split("/"))
            for method in set(route.methods or ()) - {"HEAD"}:
                assert (path, method) in described, (path, method)


def test_each_model_has_its_own_schema(description) -> None:
    schemas = description["components"]["schemas"]
    sinks = schemas["execute.land.sinks-1.0.0"]["properties"]["inputs"]
    assert sinks["required"] == ["land_cover", "changes", "communes"]
    assert sinks["properties"]["sealed_share"] | {} == {
        "title": "Share of new artificial land that is sealed", "default": 0.8, "minimum": 0, "maximum": 1,
        "type": "number",
    }  # fmt: skip
    assert sinks["properties"]["land_cover"]["example"].startswith("land-cover")
    assert schemas["execute.echo-1.0.0"]["properties"]["inputs"]["properties"]["remark"]["nullable"] is True
    for one in each(schemas):
        assert not {"$defs", "const", "prefixItems", "patternProperties", "propertyNames"} & set(one)
        assert "null" not in (one.get("type") if isinstance(one.get("type"), list) else [])


def test_answers_are_as_described(description, client) -> None:
    """Each address with the examples that the description gives."""
    parameters = description["components"]["parameters"]
    seen = 0
    for path, operations in description["paths"].items():
        if "get" not in operations:
            continue
        where = path
        for one in operations["get"]["parameters"]:
            known = parameters[one["$ref"].rpartition("/")[2]]
            if known["in"] == "path":
                where = where.replace("{" + known["name"] + "}", known["examples"]["example1"]["value"])
        answer = client.get(f"/ogc{where}")
        assert answer.status_code == 200, where
        content = operations["get"]["responses"]["200"]["content"]
        assert "*/*" in content or answer.headers["content-type"] in content, where
        seen += 1
    assert seen >= 15


class Exercise:
    """Cases made from the description, with addresses of what is there as often as not."""

    def __init__(self, workspace: Workspace, run: Run, dataset: str, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self.chance = random.Random(4)
        self.cases, self.statuses = 0, set[int]()
        self.held = {
            "collectionId": ["communes", "datasets", "models", "runs", f"dataset-{dataset}",
                             *(f"run-{run.id}.{name}" for name in ("plots", "yields", "indicators"))],
            "itemId": ["1", "91272", run.id, dataset, "land.sinks:1.0.0"],
            "processId": ["echo", "echo:1.0.0", "land.sinks", "test.shell:2.1.0"],
            "jobId": [run.id],
        }  # fmt: skip

    def __call__(self, case: Any) -> None:
        for name in case.path_parameters or {}:
            if self.chance.random() < 0.6:
                case.path_parameters[name] = self.chance.choice(self.held[name])
        response = case.call(headers=self.headers)
        case.validate_response(response, checks=CHECKS)
        self.cases += 1
        self.statuses.add(response.status_code)


def _called(exercise: Exercise) -> Any:
    """A function, which is what the tool takes."""

    def call(case: Any) -> None:
        exercise(case)

    return call


def exercised(workspace: Workspace, run: Run, dataset: str, count: int, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    """Every operation called with ``count`` cases of each kind: as described, and not as described."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import GenerationMode

    monkeypatch.setattr(execution, "LONGEST_WAIT_S", 0.02)
    plenty = Rate(1e9, 1e9)
    monkeypatch.setattr("agglo.portal.questions.limits", Limits({"ask": (plenty, plenty)}))
    exercise = Exercise(workspace, run, dataset, token_of(workspace)[1])
    schema = schemathesis.openapi.from_asgi("/ogc/api", app.create(workspace), headers=exercise.headers)
    for one in schema.get_all_operations():
        operation = one.ok()
        if "test.ordered" in operation.path:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            chosen = settings(
                max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            chosen(given(case=operation.as_strategy(mode))(_called(exercise)))()
    return exercise


@pytest.fixture
def _lenient() -> Any:
    """Warnings of the tool that makes the cases are its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _checks() -> list[Any]:
    from schemathesis import checks
    from schemathesis.specs.openapi import checks as of_openapi

    return [
        checks.not_a_server_error,
        of_openapi.status_code_conformance,
        of_openapi.content_type_conformance,
        of_openapi.response_schema_conformance,
        of_openapi.response_headers_conformance,
    ]


CHECKS: list[Any] = []


@pytest.fixture(autouse=True)
def _tool() -> None:
    pytest.importorskip("schemathesis", reason="The cases are made by schemathesis")
    if not CHECKS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            CHECKS.extend(_checks())


@pytest.mark.usefixtures("_lenient")
def test_the_api_does_what_it_says(workspace, field_run, ponds, monkeypatch) -> None:
    done = exercised(workspace, field_run, ponds, FEW, monkeypatch)
    assert done.cases >= 150
    assert {200, 201, 400, 404} <= done.statuses
    assert not [status for status in done.statuses if status >= 500]


@pytest.mark.slow
@pytest.mark.usefixtures("_lenient")
def test_the_api_does_what_it_says_in_thousands_of_cases(workspace, field_run, ponds, monkeypatch, capsys) -> None:
    done = exercised(workspace, field_run, ponds, MANY, monkeypatch)
    with capsys.disabled():
        print(f"\n{done.cases} cases, statuses {sorted(done.statuses)}")
    assert done.cases >= 2_000
    assert not [status for status in done.statuses if status >= 500]


def test_examples_are_of_what_may_be_read(workspace, client, field_run) -> None:
    from agglo.trust.access.rights import Asset
    from portal.ogc.conftest import decide

    assert field_run.id in json.dumps(client.get("/ogc/api").json())
    decide(workspace, Asset("run", field_run.id), "restricted")
    assert field_run.id not in json.dumps(client.get("/ogc/api").json())
