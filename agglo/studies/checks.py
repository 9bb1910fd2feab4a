"""What is wrong with the file of a study, all at once: its keys and shapes here, its models in ``model_checks``."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import LANGUAGES, _
from agglo.studies import graph, model_checks
from agglo.studies.study import REFERENCE, STATES
from agglo.territory.codes import is_siren

TEXTS = ("title", "description", "question")
KEYS = ("name", *TEXTS, "territory", "datasets", "steps", "scenarios", "compare_with")
TERRITORY_KEYS = ("siren", "name")
DATASET_KEYS = ("bundle", "dataset")
STEP_KEYS = ("model", "inputs", "parameters", "seed")
SCENARIO_KEYS = ("title", "description", "state", "parameters", "datasets")
_REQUIRED = ("name", "territory", "steps")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LARGEST_SEED = 2**53 - 1


def faults(content: Any, path: Path) -> list[Fault]:
    """All that is wrong with the content of a study's file, each fault under the keys that lead to it."""
    if not isinstance(content, Mapping):
        return [Fault(path.name, type(content).__name__, _("a mapping with a name, a territory and steps"))]
    found = [Fault(f"{path.name}: {one.where}", one.got, one.expected, one.repair) for one in _faults(content, path)]
    return list(dict.fromkeys(found))


def _faults(content: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    yield from _unknown(content, KEYS, "")
    for key in _REQUIRED:
        if not content.get(key):
            yield Fault(key, _("nothing"), _("a value"))
    name = content.get("name")
    if name and not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield Fault("name", str(name)[:80], _("lower-case letters, digits and hyphens"))
    for key in TEXTS:
        yield from _text(content.get(key), key)
    yield from _territory(content.get("territory"))
    parts = {key: _mapping(content.get(key)) for key in ("datasets", "steps", "scenarios")}
    for key, part in parts.items():
        if part is None:
            yield Fault(key, str(content[key])[:80], _("a mapping by name"))
    datasets, steps, scenarios = (part or {} for part in parts.values())
    for place, names in (("datasets", datasets), ("steps", steps), ("scenarios", scenarios)):
        yield from _names(place, names)
    for one, written in datasets.items():
        yield from _dataset(written, f"datasets.{one}")
    yield from _steps(steps, datasets)
    for one, written in scenarios.items():
        yield from _scenario(written, f"scenarios.{one}", steps, datasets)
    yield from _compared(content.get("compare_with"), [*scenarios] or [REFERENCE])
    yield from model_checks.faults(steps, scenarios, path.absolute().parent)


def _unknown(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[Fault]:
    """Keys that are not known, each with the nearest that is."""
    for key in given:
        if key not in known:
            place = f"{where}.{key}" if where else str(key)
            yield Fault(place, expected=_("a key of a study"), repair=nearest(str(key), known))


def _mapping(value: Any) -> Mapping[Any, Any] | None:
    """A mapping; empty where nothing is written, None where something else is."""
    if value is None:
        return {}
    return value if isinstance(value, Mapping) else None


def _names(place: str, given: Mapping[Any, Any]) -> Iterator[Fault]:
    for name in given:
        if not (isinstance(name, str) and _PART.fullmatch(name)):
            yield Fault(f"{place}.{name}", str(name)[:80], _("a name of letters, digits, hyphens and underscores"))


def _text(value: Any, where: str) -> Iterator[Fault]:
    if value is None or isinstance(value, str):
        return
    if not isinstance(value, Mapping):
        yield Fault(where, str(value)[:80], _("a text, or a text by language"))
        return
    for key, one in value.items():
        if key not in LANGUAGES:
            yield Fault(f"{where}.{key}", expected=_("a language"), repair=nearest(str(key), LANGUAGES))
        elif not isinstance(one, str):
            yield Fault(f"{where}.{key}", str(one)[:80], _("a text"))


def _territory(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    siren = value
    if isinstance(value, Mapping):
        yield from _unknown(value, TERRITORY_KEYS, "territory")
        siren = value.get("siren", "")
        if not isinstance(value.get("name", ""), str | None):
            yield Fault("territory.name", str(value["name"])[:80], _("a text"))
    if not is_siren(str(siren)):
        expected = _("nine digits, the last a check digit, such as 200056232")
        yield Fault("territory", str(siren)[:80] or _("nothing"), expected)


def _dataset(written: Any, where: str) -> Iterator[Fault]:
    if isinstance(written, str) and written.strip("/"):
        return
    if not isinstance(written, Mapping):
        got = _("nothing") if written is None else str(written)[:80]
        yield Fault(where, got, _("the name of a dataset, or a mapping with bundle and dataset"))
        return
    yield from _unknown(written, DATASET_KEYS, where)
    for key in DATASET_KEYS:
        value = written.get(key)
        if not isinstance(value, str) and (key == "dataset" or value is not None):
            yield Fault(f"{where}.{key}", _("nothing") if value is None else str(value)[:80], _("a name"))


def _steps(steps: Mapping[str, Any], datasets: Mapping[str, Any]) -> Iterator[Fault]:
    written: dict[str, dict[str, str]] = {}
    for name, step in steps.items():
        where = f"steps.{name}"
        if not isinstance(step, Mapping):
            yield Fault(where, _("nothing") if step is None else str(step)[:80], _("a mapping with a model"))
            continue
        yield from _unknown(step, STEP_KEYS, where)
        if not isinstance(step.get("model"), str):
            yield Fault(f"{where}.model", _("nothing"), _("a model"), _('"agglo model list" lists them.'))
        seed = step.get("seed") or 0
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            yield Fault(f"{where}.seed", str(seed)[:80], _("a whole number from 0 on"))
        if _mapping(step.get("parameters")) is None:
            yield Fault(f"{where}.parameters", str(step["parameters"])[:80], _("values by name"))
        inputs = _mapping(step.get("inputs"))
        if inputs is None:
            yield Fault(f"{where}.inputs", str(step["inputs"])[:80], _("datasets by name of input"))
        written[name] = {key: one for key, one in (inputs or {}).items() if isinstance(one, str)}
        for key, one in (inputs or {}).items():
            yield from _input(one, f"{where}.inputs.{key}", steps, datasets)
    for circle in graph.circles(graph.needs(written)):
        yield Fault("steps", " → ".join(circle), _("steps that do not wait for one another in a circle"))


def _input(written: Any, where: str, steps: Mapping[str, Any], datasets: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(written, str):
        yield Fault(where, str(written)[:80], _("the name of a dataset, or STEP/OUTPUT"))
        return
    source = graph.source_of(written)
    if source is None and written not in datasets:
        yield Fault(
            where, written, _("a dataset of the study, or STEP/OUTPUT"), nearest(written, [*map(str, datasets)])
        )
    if source is not None and source[0] not in steps:
        yield Fault(where, written, _("an output of a step"), nearest(source[0], [*map(str, steps)]))


def _scenario(written: Any, where: str, steps: Mapping[str, Any], datasets: Mapping[str, Any]) -> Iterator[Fault]:
    if _mapping(written) is None:
        yield Fault(where, str(written)[:80], _("a mapping, or nothing"))
        return
    given = _mapping(written) or {}
    yield from _unknown(given, SCENARIO_KEYS, where)
    for key in ("title", "description"):
        yield from _text(given.get(key), f"{where}.{key}")
    state = given.get("state")
    if state is not None and state not in STATES:
        yield Fault(f"{where}.state", str(state)[:80], ", ".join(STATES), nearest(str(state), STATES))
    parameters = _mapping(given.get("parameters"))
    if parameters is None or not all(_mapping(values) is not None for values in parameters.values()):
        yield Fault(f"{where}.parameters", str(given["parameters"])[:80], _("values by step, then by name"))
    for name in parameters or {}:
        if name not in steps:
            yield Fault(
                f"{where}.parameters.{name}", expected=_("a step"), repair=nearest(str(name), [*map(str, steps)])
            )
    chosen = _mapping(given.get("datasets"))
    if chosen is None:
        yield Fault(f"{where}.datasets", str(given["datasets"])[:80], _("a mapping by name"))
    for name, one in (chosen or {}).items():
        if name not in datasets:
            repair = nearest(str(name), [*map(str, datasets)])
            yield Fault(f"{where}.datasets.{name}", expected=_("a dataset of the study"), repair=repair)
        if one is not None:
            yield from _dataset(one, f"{where}.datasets.{name}")


def _compared(name: Any, scenarios: list[Any]) -> Iterator[Fault]:
    if name is not None and name not in scenarios:
        yield Fault("compare_with", str(name)[:80], _("a scenario"), nearest(str(name), [*map(str, scenarios)]))
