"""Layers: what can be drawn on a map or read as features, of what a person may read.

A layer is made from a kept file once, by a process of its own (:mod:`agglo.portal.layering`), into a SQLite file in
``cache/layers`` that is named after the content: tables ``features`` (whole GeoJSON features in longitude and
latitude), ``boxes`` (an R-tree), ``attributes`` (one column a property), ``properties`` and ``about``. It is then read
with the standard library alone.

Identifiers: ``communes``; ``run-ID.OUTPUT`` for a layer, or a table by commune, of a run; ``run-ID.indicators`` for its
indicators by commune; ``dataset-NAME@VERSION`` for a dataset with geometries.
"""

import hashlib
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from agglo.contract.errors import AggloError, NotFound
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language, language
from agglo.portal import changes
from agglo.portal.outputs import CODES
from agglo.runs.run import Run
from agglo.store import locks
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.territory import perimeters
from agglo.territory.communes import Territory
from agglo.trust.access import reading
from agglo.trust.access.people import Person

log = logging.getLogger("agglo.portal")

Kind = Literal["communes", "layer", "by-commune"]

COMMUNES = "communes"
INDICATORS = "indicators"
LARGEST_TABLE_ROWS = 200_000
"""A table by commune with more rows than this is no map; it can be downloaded."""

_FORMAT = 3
_ID = re.compile(r"(?P<kind>run|dataset)-(?P<of>[0-9A-Za-z@-]{1,120})(\.(?P<output>[A-Za-z][A-Za-z0-9_-]{0,120}))?")
_SMALL_BYTES = 1_000_000
_PAGE = 200
_TIMEOUT_S = 900
_AT_ONCE = threading.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of features: ``type`` is that of JSON Schema; ``unit`` is empty for what has none."""

    name: str
    type: str
    unit: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer a person may read. ``digest`` names its content; ``run`` or ``dataset`` is what it comes from."""

    id: str
    title: str
    description: str
    run: str | None
    output: str
    kind: Kind
    digest: str
    properties: Sequence[Property] = ()
    dataset: str | None = None


def listing(workspace: Workspace, person: Person) -> list[Layer]:
    """Every layer a person may read: the communes, datasets by name, then runs, latest first."""
    return list(each(workspace, person))


def each(workspace: Workspace, person: Person) -> Iterator[Layer]:
    """:func:`listing`, one at a time: what is not asked for is not read."""
    yield communes(workspace)
    yield from _of_datasets(workspace, person)
    yield from _of_runs(workspace, person)


def find(workspace: Workspace, person: Person, id: str) -> Layer:
    """The layer of that identifier.

    Raises
    ------
    NotFound
        There is none, or the person may not read what it comes from.
    """
    key = (person, id, language())
    return changes.remembered(workspace, key, lambda: _found(workspace, person, id))


def _found(workspace: Workspace, person: Person, id: str) -> Layer:
    parts = _ID.fullmatch(id)
    found: Layer | None = communes(workspace) if id == COMMUNES else None
    if parts and parts["kind"] == "dataset":
        dataset = reading.dataset(workspace, person, parts["of"])
        found = _of_dataset(workspace, dataset.name, dataset.version, language())
    elif parts:
        run = reading.run(workspace, person, parts["of"])
        found = next((one for one in _of_run(workspace, run.id, language()) if one.id == id), None)
    if found is None or found.id != id:
        raise NotFound(_('No layer "{name}".').format(name=id))
    return found


def communes(workspace: Workspace) -> Layer:
    """The communes of the territory."""
    known = territory(workspace)
    described = (
        Property("insee", "string", title=_("INSEE code")),
        Property("name", "string", title=_("Name")),
        Property("population", "integer", "inhabitant", _("Municipal population")),
        Property("area_ha", "number", "ha", _("Area inside the outline")),
    )
    description = _("{territory}: {year}. Source: {source} ({licence}).").format(
        territory=known.name, year=known.vintage, source=known.source, licence=known.licence
    )
    title = _("Communes of {territory}").format(territory=known.name)
    return Layer(COMMUNES, title, description, None, COMMUNES, "communes", _digest("", _outlines(workspace)), described)


def territory(workspace: Workspace) -> Territory:
    """The territory of the workspace, read once."""
    return _territory(workspace.setting("territory"), workspace.cache)


@lru_cache(maxsize=4)
def _territory(siren: str, cache: Path) -> Territory:
    return perimeters.load(siren, cache=cache)


def _of_runs(workspace: Workspace, person: Person) -> Iterator[Layer]:
    offset, matched = 0, 1
    while offset < matched:
        found = reading.runs(workspace, person, state="finished", limit=_PAGE, offset=offset)
        for row in found.rows:
            yield from _of_run(workspace, str(row["id"]), language())
        offset, matched = offset + _PAGE, found.matched


@lru_cache(maxsize=512)
def _of_run(workspace: Workspace, id: str, code: str) -> tuple[Layer, ...]:  # noqa: ARG001
    """The layers of a run, in a language: what is sealed does not change."""
    run = Run(Sealed(workspace.runs / id))
    outcome = run.content["outcome"] or {"outputs": {}}
    found = [_of_indicators(workspace, run), *(_of_output(workspace, run, name) for name in outcome["outputs"])]
    return tuple(layer for layer in found if layer)


def _of_indicators(workspace: Workspace, run: Run) -> Layer | None:
    known = territory(workspace)
    described = tuple(_of_indicator(*row) for row in _indicators_by_commune(workspace, run.id, known.codes))
    if not described:
        return None
    digest = _digest(run.content["outcome"]["indicators"]["digest"], _outlines(workspace))
    properties = (*_PLACE, *described)
    title = _("Indicators by commune: {question}").format(question=_question(run))
    return Layer(f"run-{run.id}.{INDICATORS}", title, _about(run), run.id, INDICATORS, "by-commune", digest, properties)


_PLACE = (Property("insee", "string"), Property("commune", "string"))


def _of_indicator(name: str, year: int, unit: str) -> Property:
    term = vocabulary().get(name)
    return Property(indicator_property(name, year), "number", unit, f"{term.title if term else name}, {year}")


def indicator_property(name: str, year: int) -> str:
    """What the property of an indicator of one year is called."""
    return f"{name}_{year}"


def _indicators_by_commune(workspace: Workspace, run: str, codes: Sequence[str]) -> list[tuple[str, int, str]]:
    from sqlalchemy import select

    from agglo.store.tables import run_indicators as held

    question = (
        select(held.c.name, held.c.year, held.c.unit)
        .where(held.c.run == run, held.c.place.in_(codes))
        .distinct()
        .order_by(held.c.name, held.c.year)
    )
    return [(row["name"], row["year"], row["unit"]) for row in workspace.index.rows(question)]


def _of_output(workspace: Workspace, run: Run, name: str) -> Layer | None:
    kept: Mapping[str, Any] = run.content["outcome"]["outputs"][name]
    declared: Mapping[str, Any] = run.content["model"]["outputs"].get(name, {})
    kind: Kind = "layer" if kept["kind"] == "layer" else "by-commune"
    place = place_column(kept["columns"]) if kept["kind"] == "table" else ""
    if kept["kind"] != "layer" and not (place and _is_small(run, name)):
        return None
    outlines = _outlines(workspace) if kind == "by-commune" else ""
    properties = tuple(
        Property(column, "number" if unit else "string", unit) for column, unit in kept["columns"].items()
    )
    title = _("{output}: {question}").format(output=in_language(declared.get("title", {})) or name,
                                             question=_question(run))  # fmt: skip
    digest = _digest(kept["digest"], outlines, str(kept.get("crs") or ""))
    return Layer(f"run-{run.id}.{name}", title, _about(run), run.id, name, kind, digest, properties)


def place_column(columns: Mapping[str, str]) -> str:
    """The column of texts that holds codes of communes, or nothing; ``columns`` gives units."""
    return next((name for name in CODES if columns.get(name) == ""), "")


def _is_small(run: Run, name: str) -> bool:
    """Whether a table has few enough rows for a map. Small files are not opened: libraries that open them are heavy."""
    path = run.path_of(name)
    if path.stat().st_size <= _SMALL_BYTES:
        return True
    import pyarrow.parquet as pq

    return bool(pq.read_metadata(path).num_rows <= LARGEST_TABLE_ROWS)


def _question(run: Run) -> str:
    model = in_language(run.content["model"]["title"]) or run.content["model"]["id"]
    scenario = run.content["scenario"]
    return _("{model}, {scenario}").format(model=model, scenario=scenario["title"]) if scenario else model


def _about(run: Run) -> str:
    headline = in_language(run.content["model"]["headline"])
    return _("Run {run} of {model}, {day}. Covers: {headline}.").format(
        run=run.id, model=run.model, day=run.content["finished"][:10], headline=headline or _("not declared")
    )


def _of_datasets(workspace: Workspace, person: Person) -> Iterator[Layer]:
    offset, matched = 0, 1
    while offset < matched:
        found = reading.datasets(workspace, person, limit=_PAGE, offset=offset)
        for row in found.rows:
            if layer := _of_dataset(workspace, row["name"], row["version"], language()):
                yield layer
        offset, matched = offset + _PAGE, found.matched


@lru_cache(maxsize=512)
def _of_dataset(workspace: Workspace, name: str, version: str, code: str) -> Layer | None:  # noqa: ARG001
    """The layer of a dataset with geometries, in a language."""
    from agglo.catalogue import schema as schemas
    from agglo.catalogue.datasets import Dataset

    dataset = Dataset(Sealed(workspace.datasets / name / version))
    if not dataset.crs:
        return None
    described = dataset.description
    fields = [one for one in dataset.schema["fields"] if one["name"] != schemas.GEOMETRY]
    properties = tuple(
        Property(
            one["name"], _JSON_TYPES.get(one.get("type", ""), "string"), one.get("unit") or "",
            schemas.spoken(one.get("title", "")),
        )
        for one in fields
    )  # fmt: skip
    about = _("Dataset {name}, version {version}. Source: {source}. Licence: {licence}. Owner: {owner}.").format(
        **{key: described[key] for key in ("name", "version", "source", "licence", "owner")}
    )
    digest = _digest(dataset.digest, "", dataset.crs)
    own, title = f"dataset-{dataset.reference}", described["title"]
    return Layer(own, title, about, None, name, "layer", digest, properties, dataset.reference)


_JSON_TYPES = {"boolean": "boolean", "integer": "integer", "number": "number"}


def _digest(content: str, outlines: str, crs: str = "") -> str:
    """SHA-256 [hex] of all that decides a prepared layer."""
    return hashlib.sha256(json.dumps([_FORMAT, content, outlines, crs]).encode()).hexdigest()


def _outlines(workspace: Workspace) -> str:
    return _outlines_digest(workspace.setting("territory"), workspace.cache)


@lru_cache(maxsize=4)
def _outlines_digest(siren: str, cache: Path) -> str:
    """A digest [hex] of the communes, their names, populations and outlines."""
    from agglo.territory.outlines import to_wkb

    made = hashlib.sha256(siren.encode())
    for one in _territory(siren, cache).communes:
        made.update(f"{one.insee}\0{one.name}\0{one.population_municipale}\0".encode() + to_wkb(one))
    return made.hexdigest()


def path_of(workspace: Workspace, layer: Layer) -> Path:
    """Where the prepared layer is, once it is prepared."""
    return workspace.cache / "layers" / f"{layer.digest}.sqlite"


def prepared(workspace: Workspace, layer: Layer) -> Path:
    """The SQLite file of a layer, made if it is not there; many may ask at once, one process makes it.

    Raises
    ------
    AggloError
        What is kept cannot be read as a layer.
    """
    path = path_of(workspace, layer)
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = workspace.lock(f"layer-{layer.digest[:24]}")
    with locks.hold(lock):
        if not path.exists():
            with _AT_ONCE:
                _prepare(workspace, layer)
            lock.unlink(missing_ok=True)
    return path


def _prepare(workspace: Workspace, layer: Layer) -> None:
    job = {"workspace": str(workspace.root), "layer": asdict(layer)}
    try:
        subprocess.run(
            [sys.executable, "-m", "agglo.portal.layering"],
            input=json.dumps(job).encode(),
            check=True,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode(errors="replace")[-4000:]
        log.warning("%s: %s", layer.id, said)
        repair = _("The operator can read why in the log.")
        raise AggloError(_("This layer cannot be prepared."), repair=repair) from None
