"""What is sent to ask a model: inputs and parameters by name, by value or by reference, and the outputs wanted."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.contract.model import Model
from agglo.portal.ogc import answers, processes, refusals
from agglo.portal.visits import Visit

Mode = Literal["value", "reference"]
Form = Literal["document", "raw"]

_KEYS = ("inputs", "outputs", "response", "subscriber")
_QUALIFIED = frozenset(("value", "mediaType", "encoding", "schema"))
_LINK = frozenset(("href", "rel", "type", "title", "hreflang", "length"))
_DATASET = re.compile(r"[a-z0-9][a-z0-9-]{0,63}(@[0-9a-f]{1,64})?")
_RECORD = re.compile(r".*/ogc/collections/datasets/items/([^/?#]+)/?")
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an answer is wanted: which outputs (none: all), how each is sent, alone or in one document."""

    outputs: Mapping[str, Mode] = field(default_factory=dict)
    form: Form = "raw"


@dataclass(frozen=True, slots=True)
class Sent:
    """A question as it was sent."""

    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    seed: int
    wanted: Wanted


def read(visit: Visit, model: Model, found: list[Fault]) -> Sent:
    """What a body asks; what is wrong with it is added to ``found``.

    Raises
    ------
    Wrong
        It is not a JSON object (400), or not JSON by its header (415).
    """
    content = _content(visit)
    found += [
        Fault(key[:80], expected=", ".join(_KEYS), repair=nearest(key[:80], _KEYS))
        for key in content
        if key not in _KEYS
    ]
    given = _object(content, "inputs", found)
    if "subscriber" in content:
        found.append(Fault("subscriber", expected=_("nothing: this portal calls nobody back")))
    datasets, parameters, seed = _sorted(visit, model, given, found)
    form = content.get("response", "raw")
    if form not in ("raw", "document"):
        found.append(Fault("response", _shown(form), "raw, document"))
    return Sent(datasets, parameters, seed, Wanted(_outputs(model, content, found), cast(Form, form)))


def _content(visit: Visit) -> dict[str, Any]:
    kind = visit.request.headers.get("content-type", answers.JSON).partition(";")[0].strip().lower()
    if kind != answers.JSON and not kind.endswith("+json"):
        raise refusals.Wrong(_("Only JSON is taken here."), status=415, repair=_("Send application/json."))
    try:
        content = json.loads(visit.body, parse_constant=_not_json)
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise refusals.Wrong(_("What was sent is not JSON in UTF-8."), status=400) from None
    if not isinstance(content, dict) or _depth(content) > _DEEPEST:
        raise refusals.Wrong(_("What was sent is not an execute request."), [Fault(_("body"), _shown(content), "{…}")])
    return content


def _not_json(word: str) -> None:
    raise ValueError(word)


def _depth(content: Any) -> int:
    """How deep lists and objects lie in each other."""
    level, depth = [content], 0
    while level and depth <= _DEEPEST:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _object(content: Mapping[str, Any], key: str, found: list[Fault]) -> dict[str, Any]:
    given = content.get(key, {})
    if isinstance(given, dict):
        return given
    found.append(Fault(key, _shown(given), _("values by name")))
    return {}


def _sorted(
    visit: Visit, model: Model, given: Mapping[str, Any], found: list[Fault]
) -> tuple[dict[str, str], dict[str, Any], int]:
    """What is given, apart: datasets, parameters, seed."""
    declared, schema = {one.name for one in model.inputs}, model.parameters.json_schema.get("properties", {})
    datasets, parameters, seed = dict[str, str](), dict[str, Any](), 0
    for name, sent in given.items():
        value = sent["value"] if isinstance(sent, dict) and "value" in sent and set(sent) <= _QUALIFIED else sent
        if name in declared:
            if reference := _reference(visit, name, value, found):
                datasets[name] = reference
        elif name == processes.SEED and name not in schema:
            seed = _seed(value, found)
        elif name in schema and isinstance(sent, dict) and "href" in sent and set(sent) <= _LINK:
            found.append(Fault(name, _shown(sent["href"]), _("a value: nothing is fetched from other addresses")))
        else:
            parameters[name] = value
    return datasets, parameters, seed


def _seed(value: Any, found: list[Fault]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    found.append(Fault(processes.SEED, _shown(value), _("a whole number from 0 to {most}").format(most=2**31 - 1)))
    return 0


def _reference(visit: Visit, name: str, value: Any, found: list[Fault]) -> str:
    """``NAME@VERSION`` or ``NAME``, from itself or from the address of a record of this portal."""
    wanted = _("NAME@VERSION of a dataset, or the address of its record here")
    text = value.get("href") if isinstance(value, dict) and set(value) <= _LINK else value
    if isinstance(text, str) and len(text) <= 1_000:
        named = _of_address(visit, text) if text.startswith(("http://", "https://", "/")) else text
        if _DATASET.fullmatch(named):
            return named
    found.append(Fault(name, _shown(value), wanted))
    return ""


def _of_address(visit: Visit, text: str) -> str:
    """The dataset that an address of this portal names, or nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    here = urlsplit(visit.address)
    matching = _RECORD.fullmatch(parts.path)
    own = not parts.netloc or parts.netloc.lower() == here.netloc.lower()
    return unquote(matching[1]) if matching and own else ""


def _outputs(model: Model, content: Mapping[str, Any], found: list[Fault]) -> dict[str, Mode]:
    """The outputs that are wanted, and how each is to be sent; none where nothing is said."""
    given = _object(content, "outputs", found)
    known = [processes.INDICATORS, *(one.name for one in model.outputs)]
    wanted: dict[str, Mode] = {}
    for name, one in given.items():
        mode = one.get("transmissionMode", "value") if isinstance(one, dict) else None
        if name not in known:
            found.append(Fault(f"outputs.{name[:80]}", expected=", ".join(known), repair=nearest(name[:80], known)))
        elif mode not in ("value", "reference"):
            found.append(Fault(f"outputs.{name}.transmissionMode", _shown(mode), "value, reference"))
        else:
            wanted[name] = cast(Mode, mode)
    return wanted


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:80]
