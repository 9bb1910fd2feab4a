"""From a file to a deal: YAML or JSON that people write, every fault of which is told at once."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _
from agglo.contract.units import UNITS, convert
from agglo.territory.codes import is_siren
from agglo.trust.deal.fields import Fields
from agglo.trust.deal.text import AXES, KINDS, STATUSES, Commitment, Deal, Figure, Gauge, Party, Territory

_DEAL = (
    "name", "title", "status", "date", "territory", "preamble", "note", "sources", "parties", "commitments"
)  # fmt: skip
_PARTY = ("id", "name", "kind", "role")
_COMMITMENT = (
    "id", "axis", "title", "text", "bearer", "service", "partners", "indicator", "baseline", "target", "no_target"
)  # fmt: skip
_GAUGE = ("id", "title", "unit", "sector", "place")
_FIGURE = ("value", "unit", "year", "source")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(path: Path) -> Deal:
    """The deal of a YAML or JSON file; a JSON export of agglo is read as the text it holds.

    Raises
    ------
    InvalidInput
        Lists all that is wrong: unknown keys, axes, parties, indicators and units with the nearest name, figures
        without unit, targets that are not after their baseline, identifiers given twice.
    """
    what = _("The deal {file} cannot be read.").format(file=path.name)
    content = _read_json(path, what) if path.suffix.lower() == ".json" else read_yaml(path, what)
    if isinstance(content, dict) and {"schema", "digest", "text"} <= set(content):
        content = content["text"]
    return from_dict(content, what)


def from_dict(content: Any, what: str = "") -> Deal:
    """The deal a mapping describes; errors as :func:`read`, beginning with ``what``."""
    faults: list[Fault] = []
    deal = _deal(Fields(content, "", _DEAL, faults))
    if faults:
        raise InvalidInput(what or _("This deal cannot be used."), faults)
    return deal


def is_day(text: str) -> bool:
    """Whether ``text`` is a day of the calendar, YYYY-MM-DD.

    >>> is_day("2026-02-28"), is_day("2026-02-30"), is_day("20260228")
    (True, False, False)
    """
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def unit_fault(where: str, value: float, got: str, expected: str) -> Fault:
    """That a figure is in another unit than its indicator, with the figure in the right one where there is one."""
    if got not in UNITS:
        return Fault(where, got or _("nothing"), expected, nearest(got, list(UNITS)) if got else "")
    if UNITS[got].kind != UNITS[expected].kind:
        return Fault(where, got, expected, _("They measure different things."))
    said = _("Write {value} {unit}.").format(value=f"{convert(value, got, expected):g}", unit=expected)
    return Fault(where, got, expected, said)


def _read_json(path: Path, what: str) -> Any:
    twice: list[Fault] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counted = Counter(key for key, _value in pairs)
        twice.extend(
            Fault(key[:80], _("given twice"), _("each key once")) for key, count in counted.items() if count > 1
        )
        return dict(pairs)

    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=once)
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise InvalidInput(what, [Fault(path.name, said[:200], _("a JSON file"))]) from None
    if twice:
        raise InvalidInput(what, twice)
    return content


def _deal(fields: Fields) -> Deal:
    parties = tuple(_party(one, rank, fields.faults) for rank, one in enumerate(fields.items("parties"), 1))
    known = [one.id for one in parties if one.id]
    given = enumerate(fields.items("commitments"), 1)
    commitments = tuple(_commitment(one, rank, known, fields.faults) for rank, one in given)
    _refuse_twice(fields, "parties", known)
    _refuse_twice(fields, "commitments", [one.id for one in commitments if one.id])
    day = fields.text("date")
    if day and not is_day(day):
        fields.fault("date", day, _("a day, YYYY-MM-DD"))
    return Deal(
        name=fields.short_name("name"),
        title=fields.texts("title"),
        status=fields.choice("status", list(STATUSES)),
        date=day,
        territory=_territory(Fields(fields.given("territory"), "territory", ("siren", "name"), fields.faults)),
        preamble=fields.texts("preamble", required=False),
        note=fields.texts("note", required=False),
        sources=_sources(fields),
        parties=parties,
        commitments=commitments,
    )


def _sources(fields: Fields) -> tuple[str, ...]:
    given = fields.items("sources", required=False)
    for rank, one in enumerate(given, 1):
        if not isinstance(one, str) or not one.strip():
            fields.fault("sources", f"{rank}: {one!r}"[:80], _("a text"))
    return tuple(str(one).strip() for one in given)


def _refuse_twice(fields: Fields, key: str, identifiers: Sequence[str]) -> None:
    for identifier, count in Counter(identifiers).items():
        if count > 1:
            said = _('"{name}" {count} times').format(name=identifier, count=count)
            fields.fault(key, said, _("each identifier once"))


def _territory(fields: Fields) -> Territory:
    siren = fields.text("siren")
    if siren and not is_siren(siren):
        fields.fault("siren", siren, _("a SIREN number: nine digits, the last of which checks the others"))
    return Territory(siren, fields.text("name"))


def _named(content: Any, rank: int) -> str:
    """The identifier of an item where it has one, else its rank: what errors call it."""
    identifier = content.get("id") if isinstance(content, dict) else None
    return str(identifier or f"#{rank}")[:80]


def _party(content: Any, rank: int, faults: list[Fault]) -> Party:
    fields = Fields(content, _("party {id}").format(id=_named(content, rank)), _PARTY, faults)
    return Party(
        id=fields.short_name("id"),
        name=fields.text("name"),
        kind=fields.choice("kind", list(KINDS)),
        role=fields.texts("role", required=False),
    )


def _commitment(content: Any, rank: int, parties: Sequence[str], faults: list[Fault]) -> Commitment:
    fields = Fields(content, _("commitment {id}").format(id=_named(content, rank)), _COMMITMENT, faults)
    gauge = _gauge(fields)
    read = Commitment(
        id=fields.short_name("id"),
        axis=fields.choice("axis", list(AXES)),
        title=fields.texts("title"),
        text=fields.texts("text"),
        bearer=_bearer(fields, parties),
        service=fields.text("service", required=False),
        partners=_partners(fields, parties),
        gauge=gauge,
        baseline=_figure(fields, "baseline", gauge),
        target=_figure(fields, "target", gauge),
        no_target=fields.texts("no_target", required=False),
    )
    if fields.readable:
        _check(fields, read)
    return read


def _bearer(fields: Fields, parties: Sequence[str]) -> str:
    bearer = fields.text("bearer")
    if bearer and bearer not in parties:
        fields.fault("bearer", bearer, _("a party of this deal"), nearest(bearer, parties))
    return bearer


def _partners(fields: Fields, parties: Sequence[str]) -> tuple[str, ...]:
    given = [str(one) for one in fields.items("partners", required=False)]
    for one, count in Counter(given).items():
        if one not in parties:
            fields.fault("partners", one, _("a party of this deal"), nearest(one, parties))
        if count > 1 or one == fields.given("bearer"):
            fields.fault("partners", one, _("each party once, the bearer left out"))
    return tuple(given)


def _gauge(fields: Fields) -> Gauge | None:
    """The indicator: the identifier of a term, or a mapping with ``id``, or with ``title`` and ``unit``."""
    given = fields.given("indicator")
    if given is None:
        return None
    inner = Fields({"id": given} if isinstance(given, str) else given, fields.place("indicator"), _GAUGE, fields.faults)
    if not inner.readable:
        return None
    term, unit = inner.text("id", required=False), inner.text("unit", required=False)
    sector, place = inner.text("sector", required=False), inner.text("place", required=False)
    if term:
        return _of_vocabulary(inner, term, unit, sector, place)
    title = inner.texts("title")
    if unit not in UNITS:
        inner.fault("unit", unit or _("nothing"), _("a unit"), nearest(unit, list(UNITS)) if unit else "")
        return None
    for key in ("sector", "place"):
        if inner.given(key) is not None:
            inner.fault(key, str(inner.given(key))[:80], _("nothing: it goes with an indicator of the vocabulary"))
    return Gauge(unit=unit, title=title)


def _of_vocabulary(inner: Fields, id: str, unit: str, sector: str, place: str) -> Gauge | None:
    term = vocabulary().get(id)
    if term is None:
        inner.fault("id", id, _("a name of the vocabulary, or a title and a unit"), nearest(id, list(vocabulary())))
        return None
    if inner.given("title") is not None:
        inner.fault("title", str(inner.given("title"))[:80], _("nothing: the vocabulary gives it"))
    if unit and unit != term.unit:
        inner.fault("unit", unit, term.unit, _("The unit is that of the vocabulary."))
    return Gauge(unit=term.unit, id=id, sector=sector, place=place)


def _figure(fields: Fields, key: str, gauge: Gauge | None) -> Figure | None:
    given = fields.given(key)
    if given is None:
        return None
    inner = Fields(given, fields.place(key), _FIGURE, fields.faults)
    if not inner.readable:
        return None
    value, year = inner.number("value"), inner.year("year")
    unit, source = inner.text("unit", required=False), inner.text("source")
    if gauge is None:
        if fields.given("indicator") is None:
            fields.fault("indicator", _("nothing"), _("the indicator that {part} is of").format(part=key))
        elif not unit:
            inner.fault("unit", _("nothing"), _("a unit"))
    elif unit != gauge.unit:
        fields.faults.append(unit_fault(inner.place("unit"), value, unit, gauge.unit))
    return Figure(value, unit, year, source)


def _check(fields: Fields, read: Commitment) -> None:
    """What only the parts of a commitment together can be refused for."""
    if fields.given("target") is None and not read.no_target:
        fields.fault("no_target", _("nothing"), _("why no target is set yet"), _("Or give a target."))
    if fields.given("target") is not None and read.no_target:
        fields.fault("no_target", _("a reason"), _("nothing, as there is a target"))
    if not (read.baseline and read.target):
        return
    if read.baseline.year and read.target.year and read.target.year <= read.baseline.year:
        after = _("a year after the baseline's, {year}").format(year=read.baseline.year)
        fields.fault("target.year", str(read.target.year), after)
    if read.baseline.value == read.target.value:
        said = _("another value than the baseline's: there is no way to go between two equal figures")
        fields.fault("target.value", f"{read.target.value:g}", said)
