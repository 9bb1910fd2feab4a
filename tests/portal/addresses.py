"""Every address of the portal that can be read, with parameters of things that are there.

A route that this list does not know fails the tests that read it: whoever adds a page adds it here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agglo.portal import app
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access import visibility
from agglo.trust.access.rights import Asset

Parameters = Sequence[Mapping[str, Any]]

COMMUNE = "91272"
_HIRING = (
    "?method=learned&exclusion=none&role=uses&people=yes&manipulation=no&vulnerability=no&social-score=no&offence=no"
    "&body=no&product=no&infrastructure=no&area=employment&employment=recruitment&profiling=yes&change=no&public=body"
    "&workplace=no&decision=yes&legacy=no&conversation=no&synthetic=no"
)
"""Answers to the questions of the AI Act that lead to a conclusion."""
QUERIES: Mapping[str, Sequence[str]] = {
    "ai_act": ("", "?commencer=1", "?method=learned&exclusion=none", _HIRING),
    "card_ai_act": ("", "?commencer=1", _HIRING),
    "search": ("", "?q=carbone", "?q=zzzzzz"),
    "runs": ("", "?etat=failed"),
    "models": ("", "?q=carbone", "?q=zzzzzz"),
    "data": ("", "?q=zzzzzz"),
    "register": ("", "?q=carbone", "?q=zzzzzz", "?etat=project&detention=none&revue=retard"),
    "card_edit": ("", "?section=use", "?section=life"),
    "card_new": ("", "?title=Fuites+d%27eau&need=Trouver+les+fuites+avant+les+habitants"),
}
"""Pages that say something else under a query; ``compare`` and ``map`` are made below."""

FOR_PROGRAMS = frozenset(
    {
        "request_events",
        "download",
        "archive",
        "study_report",
        "deal_file",
        "dataset_schema",
        "dataset_file",
        "schema",
        "tiles",
        "register_export",
        "card_export",
    }
)
"""Routes whose answers are not pages, besides those of the OGC API."""
ELSEWHERE = frozenset({"identity", "identity_return"})
"""Routes that lead to the site of an identity provider, and back."""


def page_names() -> list[str]:
    """Names of the routes that show a page."""
    read = [route.name for route in app.routes() if "GET" in (route.methods or ())]
    return [name for name in dict.fromkeys(read) if name not in FOR_PROGRAMS | ELSEWHERE and not name.startswith("ogc")]


_FOR_ACCOUNTS = frozenset(
    {"account", "add_data", "declare", "declaration", "deal", "publication"}
    | {"card_new", "card_edit", "card_move", "card_publish"}
    | {"water_decision"}
)
_FOR_ADMINISTRATORS = frozenset({"administration", "managed_account", "grants", "audit"})


def statuses(name: str, path: str, *, signed_in: bool) -> tuple[int, ...]:
    """What a page may answer to GET: an administrator reads everything; others are refused, or asked to sign in."""
    if name == "compare" and path.count("execution=") == 1:
        return (422,)
    if not signed_in and name in _FOR_ACCOUNTS | _FOR_ADMINISTRATORS:
        return (200, 403, 404)
    return (200,)


def of(workspace: Workspace) -> dict[str, list[str]]:
    """Addresses by the name of their route, GET alone, at least one for each route.

    Raises
    ------
    LookupError
        A route has parameters that this module cannot fill.
    """
    return {route.name: of_route(workspace, route.name) for route in app.routes() if "GET" in (route.methods or ())}


def of_route(workspace: Workspace, name: str) -> list[str]:
    """The addresses of one route; errors as :func:`of`."""
    route = next(one for one in app.routes() if one.name == name)
    paths = [app.path_of(name, **one) for one in _parameters(workspace, name, route.path)]
    twice = [run.id for run in _runs(workspace) if run.content["model"]["id"] == "land.sinks"][:2]
    queries = {
        **QUERIES,
        "map": ("", f"?couches={','.join(f'run-{one}.indicators' for one in twice)}", "?couches=communes"),
        "compare": ("", f"?{'&'.join(f'execution={one}' for one in twice)}", f"?execution={twice[0]}"),
    }
    return [path + query for path in paths for query in queries.get(name, ("",))]


def _parameters(workspace: Workspace, name: str, path: str) -> Parameters:
    if "{" not in path:
        return [{}]
    if name not in _KNOWN:
        raise LookupError(
            f"No parameters are known for the route {name} ({path}): add them to tests/portal/addresses.py"
        )
    return _KNOWN[name](workspace)


def _runs(workspace: Workspace) -> list[Run]:
    """Public runs, oldest first; none of those that tests have asked meanwhile."""
    names = sorted(path.name for path in workspace.runs.iterdir())
    public = [name for name in names if visibility.of(workspace, Asset("run", name)) == "public"]
    return [Run(Sealed(workspace.runs / name)) for name in public]


def _a_run(workspace: Workspace) -> Run:
    """A finished run of the land model: it has tables."""
    return next(run for run in _runs(workspace) if run.content["model"]["id"] == "land.sinks")


def _each_run(workspace: Workspace) -> Parameters:
    by_model = {run.content["model"]["id"]: {"id": run.id} for run in _runs(workspace)}
    return list(by_model.values())


def _outputs(workspace: Workspace) -> Parameters:
    run = _a_run(workspace)
    return [{"id": run.id, "output": name} for name in (*run.content["outcome"]["outputs"], "indicators")]


def _downloads(workspace: Workspace) -> Parameters:
    run = _a_run(workspace)
    first = next(iter(run.content["outcome"]["outputs"]))
    return [{"id": run.id, "output": first, "form": form} for form in ("csv", "gpkg", "parquet", "xlsx")]


def _models(_workspace: Workspace) -> Parameters:
    from importlib.metadata import entry_points

    return [{"id": one.name} for one in sorted(entry_points(group="agglo.models"), key=lambda one: one.name)]


def _datasets(workspace: Workspace) -> list[tuple[str, str]]:
    return [
        (folder.name, version.name)
        for folder in sorted(workspace.datasets.iterdir())
        for version in sorted(folder.iterdir())
    ]


def _layers(workspace: Workspace) -> list[str]:
    return ["communes", f"run-{_a_run(workspace).id}.indicators"]


def _accounts(workspace: Workspace) -> Parameters:
    from agglo.trust.accounts import accounts

    return [{"id": one.id} for one in accounts.listing(workspace)][:1] or [{"id": "actor-000000000000"}]


def _cards(_workspace: Workspace) -> Parameters:
    """A project of the programme, and a model."""
    return [{"id": "hestia"}, {"id": "land.sinks"}]


def _names(folder: str) -> Callable[[Workspace], Parameters]:
    def names(workspace: Workspace) -> Parameters:
        found = sorted(path.name.removesuffix(".json") for path in getattr(workspace, folder).iterdir())
        return [{"name": name} for name in found if not name.startswith(".")] or [{"name": "none"}]

    return names


_KNOWN: Mapping[str, Callable[[Workspace], Parameters]] = {
    "commune": lambda _workspace: [{"insee": COMMUNE}],
    "model": _models,
    "ask": _models,
    "request": lambda workspace: [{"id": _a_run(workspace).id}],
    "request_events": lambda workspace: [{"id": _a_run(workspace).id}],
    "run": _each_run,
    "output": _outputs,
    "download": _downloads,
    "archive": lambda workspace: [{"id": _a_run(workspace).id}],
    "study": _names("studies"),
    "study_report": lambda workspace: [{**one, "form": "html"} for one in _names("studies")(workspace)],
    "dataset": lambda workspace: [{"name": name} for name in dict(_datasets(workspace))],
    "dataset_schema": lambda workspace: [{"name": name, "version": version} for name, version in _datasets(workspace)],
    "dataset_file": lambda workspace: [
        {"name": name, "version": version, "form": "csv"} for name, version in _datasets(workspace)
    ],
    "schema": lambda _workspace: [{"name": "land-cover"}],
    "deal": _names("deals"),
    "deal_file": lambda workspace: [{**one, "version": "1", "form": "json"} for one in _names("deals")(workspace)],
    "body": lambda _workspace: [{"id": "conseil-de-developpement"}],
    "opinion": lambda _workspace: [{"id": "avis-codev-2023"}],
    "declaration": lambda workspace: [{"id": path.name} for path in workspace.declarations.iterdir()] or [{"id": "0"}],
    "managed_account": _accounts,
    "tiles": lambda _workspace: [{"id": "communes"}],
    "publication": lambda workspace: [
        {"kind": "run", "id": _a_run(workspace).id},
        {"kind": "dataset", "id": "@".join(_datasets(workspace)[0])},
        *({"kind": "study", "id": one["name"]} for one in _names("studies")(workspace)),
    ],
    "card": _cards,
    "card_ai_act": _cards,
    "card_edit": _cards,
    "card_move": _cards,
    "card_publish": _cards,
    "card_export": lambda workspace: [{**one, "target": "dcat-ap"} for one in _cards(workspace)],
    "register_export": lambda _workspace: [{"target": "dcat-ap"}],
    "ogc_collection": lambda workspace: [{"id": one} for one in _layers(workspace)],
    "ogc_queryables": lambda workspace: [{"id": one} for one in _layers(workspace)],
    "ogc_items": lambda workspace: [{"id": one} for one in _layers(workspace)],
    "ogc_item": lambda _workspace: [{"id": "communes", "item": COMMUNE}],
    "ogc_process": _models,
    "ogc_job": lambda workspace: [{"id": _a_run(workspace).id}],
    "ogc_results": lambda workspace: [{"id": _a_run(workspace).id}],
}
