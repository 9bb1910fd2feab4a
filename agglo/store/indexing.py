"""From a sealed folder to its rows in the index."""

import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import AggloError, Damaged, Fault
from agglo.contract.language import _
from agglo.store.sealed import Sealed

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table. The first table's rows replace what was indexed under the same key."""

INDICATORS_FILE = "outcome/indicators.parquet"

VISIBILITY, ADDED = "visibility", "added"
"""Kinds of event: who may see what is kept, and who brought a dataset here."""

CLOSENESS = ("public", "draft", "restricted", "personal")
"""The visibilities, each less visible than the one before; what is none of them counts as the last."""

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def rows_of(kind: str, sealed: Sealed) -> Rows:
    """The rows of one sealed folder of a kind (``run``, ``dataset``, ``declaration``).

    Raises
    ------
    Damaged
        It is not where it belongs (a copy under another name), or lacks what a folder of its kind holds.
    """
    try:
        rows = {"run": _of_run, "dataset": _of_dataset, "declaration": _of_declaration}[kind](sealed)
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        if isinstance(error, AggloError):
            raise
        said = f"{type(error).__name__}: {error}"[:200]
        raise Damaged(_("A kept folder cannot be read."), [Fault(_place(kind, sealed), said)]) from error
    own = next(iter(rows.values()))[0]
    expected = f"{own['name']}/{own['version']}" if kind == "dataset" else own["id"]
    if _place(kind, sealed) != expected:
        raise Damaged(_("A kept folder is not where it belongs."), [Fault(_place(kind, sealed), expected=expected)])
    return rows


def _place(kind: str, sealed: Sealed) -> str:
    return "/".join(sealed.folder.parts[-2 if kind == "dataset" else -1 :])


def merged(several: Iterable[Rows]) -> Rows:
    """The rows of several folders together, table by table."""
    together: Rows = {}
    for rows in several:
        for table, content in rows.items():
            together.setdefault(table, []).extend(content)
    return together


def write(connection: "Connection", rows: Rows, *, replace: bool = True) -> None:
    """Insert rows; with ``replace``, in place of those that were there for the same runs, datasets or declarations."""
    if replace:
        first = next(iter(rows))
        for name in rows:
            connection.exec_driver_sql(_deletion(name), [_owner(name, owner) for owner in rows[first]])
    for name, content in rows.items():
        if content:
            connection.exec_driver_sql(_insertion(name), content)


_KEYS = {
    "datasets": {"name": "name", "version": "version"},
    "dataset_adders": {"dataset": "name", "dataset_version": "version"},
    "runs": {"id": "id"},
    "declarations": {"id": "id"},
}
"""The columns that say which folder a row is of, and what the row of the folder itself calls them."""


def _key(name: str) -> dict[str, str]:
    return _KEYS.get(name, {"run": "id"})


def _owner(name: str, owner: dict[str, Any]) -> dict[str, Any]:
    return {column: owner[own] for column, own in _key(name).items()}


@cache
def _deletion(name: str) -> str:
    """The statement that removes from a table what is there of a folder."""
    from sqlalchemy import bindparam, delete

    from agglo.store.tables import metadata

    key = _key(name)
    table = metadata.tables[name]
    return _text(delete(table).where(*(table.c[column] == bindparam(column) for column in key)))


@cache
def _insertion(name: str) -> str:
    from sqlalchemy import insert

    from agglo.store.tables import metadata

    return _text(insert(metadata.tables[name]))


def _text(statement: "ClauseElement") -> str:
    """A statement as SQLite reads it, which takes rows as they are: dictionaries by the names of columns."""
    from sqlalchemy.dialects import sqlite

    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _of_run(sealed: Sealed) -> Rows:
    run = sealed.json("run.json")
    footprint = run["footprint"]
    events = sealed.events()
    askings, certificates = ([event for event in events if event["kind"] == kind] for kind in ("asked", "certified"))
    row = {
        "id": run["id"],
        "model": run["model"]["id"],
        "version": run["model"]["version"],
        "state": run["state"],
        "fingerprint": run["fingerprint"],
        "seed": run["seed"],
        "scenario": run["scenario"]["name"] if run["scenario"] else None,
        "project": run["project"],
        "territory": run["territory"],
        "started": run["started"],
        "finished": run["finished"],
        "wall_s": footprint["measurement"]["wall_s"],
        "footprint_status": footprint["status"],
        "energy_kwh": _central(footprint["energy_kwh"]),
        "carbon_g": _central(footprint["carbon_g"]),
        "carbon_low_g": (footprint["carbon_g"] or {}).get("low"),
        "carbon_high_g": (footprint["carbon_g"] or {}).get("high"),
        "checks": len(certificates),
        "checks_energy_kwh": _spent(certificates, "energy_kwh"),
        "checks_carbon_g": _spent(certificates, "carbon_g"),
        "outcome_digest": run["outcome"]["digest"] if run["outcome"] else None,
        "failure": run["failure"]["reason"] if run["failure"] else None,
        "certificate": certificates[-1]["verdict"] if certificates else None,
        "askings": len(askings),
        "visibility": decided(events),
    }
    askers = {str(one["actor"]) for one in [run, *askings] if one.get("actor")}
    return {
        "runs": [row],
        "run_askers": [{"run": run["id"], "actor": actor} for actor in sorted(askers)],
        "run_parameters": [_parameter(run["id"], name, value) for name, value in run["parameters"].items()],
        "run_inputs": [
            {"run": run["id"], "name": name, "dataset": one["dataset"], "dataset_version": one["version"]}
            for name, one in run["inputs"].items()
        ],
        "run_indicators": _indicators(sealed, run["id"]),
    }


def decided(events: Iterable[dict[str, Any]]) -> str | None:
    """The visibility last decided among the events of a folder, oldest first; None where nobody has."""
    decisions = [event for event in events if event["kind"] == VISIBILITY]
    return str(decisions[-1]["visibility"]) if decisions else None


def _central(triple: dict[str, float] | None) -> float | None:
    return triple["central"] if triple else None


def _spent(certificates: list[dict[str, Any]], figure: str) -> float | None:
    """What verifications cost together, or None where none was measured."""
    known = [_central((one["footprint"] or {}).get(figure)) for one in certificates]
    spent = [value for value in known if value is not None]
    return sum(spent) if spent else None


def _parameter(run: str, name: str, value: Any) -> dict[str, Any]:
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return {"run": run, "name": name, "value": _JSON.encode(value), "number": number}


def _indicators(sealed: Sealed, run: str) -> list[dict[str, Any]]:
    """The indicators of all sectors together; those of one sector stay in the folder."""
    path = sealed.folder / INDICATORS_FILE
    if not path.is_file():
        return []
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        table = file.read(columns=["name", "place", "year", "unit", "value", "sector"], use_threads=False)
    return [{"run": run, **row} for row in table.to_pylist() if row.pop("sector") == ""]


def _of_dataset(sealed: Sealed) -> Rows:
    dataset = sealed.json("dataset.json")
    columns = ("name", "version", "digest", "schema", "title", "licence", "owner", "source", "rows", "added")
    events = sealed.events()
    adders = {str(event["actor"]) for event in events if event["kind"] == ADDED}
    own = {"dataset": dataset["name"], "dataset_version": dataset["version"]}
    return {
        "datasets": [{**{column: dataset[column] for column in columns}, "visibility": decided(events)}],
        "dataset_adders": [{**own, "actor": actor} for actor in sorted(adders)],
    }


def _of_declaration(sealed: Sealed) -> Rows:
    declared = sealed.json("declaration.json")
    row = {
        "id": sealed.manifest["id"],
        "project": declared["project"],
        "partner": declared["partner"],
        "kind": declared["kind"],
        "model": declared["model"],
        "territory": declared["territory"],
        "month": declared["date"][:7],
        "energy_kwh": _central(declared["energy_kwh"]),
        "carbon_g": _central(declared["carbon_g"]),
        "embodied_g": declared["embodied"]["carbon_g"] if declared["embodied"] else None,
    }
    return {"declarations": [row]}
