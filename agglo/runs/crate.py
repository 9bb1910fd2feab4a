"""The description of a run as a Process Run Crate 0.5 (RO-Crate 1.1), so that other tools can read it.

The profile is at https://w3id.org/ro/wfrun/process/0.5. Energy and carbon have no standard term yet: they are
``PropertyValue`` of the action's ``resourceUsage``, a term of the workflow-run context.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from agglo.store import files
from agglo.store.sealed import Described

CRATE_FILE = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]

TERMS = "#terms"

_MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".txt": "text/plain",
    ".csv": "text/csv",
}

Entity = dict[str, Any]


def describe(run: Mapping[str, Any], described: Described) -> Entity:
    """The JSON-LD of a run: the content of its ``run.json``, and what its manifest will say of its files."""
    kept = [_file(PurePosixPath(name), entry) for name, entry in described.items()]
    inputs = [_dataset(name, one) for name, one in run["inputs"].items()]
    parameters = [_parameter(name, value) for name, value in run["parameters"].items()]
    usage = _usage(run["footprint"])
    results = [entity for entity in kept if entity["@id"].startswith("outcome/")]
    entities = [
        _descriptor(),
        _root(run, kept),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        _software(run["model"]),
        _terms(),
        {"@id": f"#{run['actor']}", "@type": "Person", "name": run["actor"], "description": run["role"]},
        _action(run, objects=inputs + parameters, results=results, usage=usage),
        *inputs,
        *parameters,
        *usage,
        *kept,
    ]
    return {"@context": CONTEXT, "@graph": entities}


def _descriptor() -> Entity:
    return {
        "@id": CRATE_FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }


def _root(run: Mapping[str, Any], kept: list[Entity]) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{run['model']['id']}@{run['model']['version']} {run['id']}",
        "description": run["model"]["headline"].get("en") or run["model"]["id"],
        "datePublished": run["finished"],
        "license": {"@id": TERMS},
        "conformsTo": {"@id": PROFILE},
        "hasPart": _references(kept),
        "mentions": {"@id": f"#{run['id']}"},
    }


def _terms() -> Entity:
    """An outcome has no licence of its own: it may be used as far as what it was computed from may be."""
    return {
        "@id": TERMS,
        "@type": "CreativeWork",
        "name": "Terms of the model and of each input dataset",
        "description": "The outcome may be used as far as the model and every dataset it was computed from may be.",
    }


def _software(model: Mapping[str, Any]) -> Entity:
    return {
        "@id": f"#{model['id']}@{model['version']}",
        "@type": "SoftwareApplication",
        "name": model["id"],
        "description": model["title"].get("en") or model["id"],
        "softwareVersion": model["version"],
        "identifier": f"sha256:{model['code']}",
    }


def _action(run: Mapping[str, Any], *, objects: list[Entity], results: list[Entity], usage: list[Entity]) -> Entity:
    status = "CompletedActionStatus" if run["state"] == "finished" else "FailedActionStatus"
    action = {
        "@id": f"#{run['id']}",
        "@type": "CreateAction",
        "name": f"{run['model']['id']} {run['fingerprint'][:12]}",
        "instrument": {"@id": f"#{run['model']['id']}@{run['model']['version']}"},
        "agent": {"@id": f"#{run['actor']}"},
        "startTime": run["started"],
        "endTime": run["finished"],
        "object": _references(objects),
        "result": _references(results),
        "actionStatus": {"@id": f"http://schema.org/{status}"},
        "resourceUsage": _references(usage),
    }
    if run["failure"]:
        action["error"] = run["failure"]["what"]
    return action


def _dataset(name: str, one: Mapping[str, str]) -> Entity:
    return {
        "@id": f"#{one['dataset']}@{one['version']}",
        "@type": "CreativeWork",
        "name": name,
        "identifier": f"sha256:{one['digest']}",
        "version": one["version"],
    }


def _parameter(name: str, value: Any) -> Entity:
    shown = value if isinstance(value, str | int | float | bool) else files.to_json(value).decode().strip()
    return {"@id": f"#parameter-{name}", "@type": "PropertyValue", "name": name, "value": shown}


def _usage(footprint: Mapping[str, Any]) -> list[Entity]:
    return [
        {
            "@id": f"#{name}-{bound}",
            "@type": "PropertyValue",
            "name": f"{name} {bound}",
            "propertyID": f"agglo:{name}-{bound}",
            "unitText": unit,
            "value": value,
        }
        for name, unit in (("energy_kwh", "kWh"), ("carbon_g", "gCO2e"))
        for bound, value in (footprint[name] or {}).items()
        if value is not None
    ]


def _file(path: PurePosixPath, entry: Mapping[str, Any]) -> Entity:
    return {
        "@id": quote(str(path)),
        "@type": "File",
        "name": path.name,
        "encodingFormat": _MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        "contentSize": str(entry["bytes"]),
        "sha256": entry["sha256"],
    }


def _references(entities: list[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]
