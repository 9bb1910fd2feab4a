"""An opinion (*avis*): what a body or a group of residents says of something, and by when a reply is owed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, Text, _
from agglo.trust.deal.fields import SHORT_NAME, Fields
from agglo.trust.deal.reading import is_day
from agglo.trust.governance import files

WORDINGS: Mapping[str, str] = {
    "verbatim": N_("in the words of the opinion"),
    "summary": N_("in short form, in other words than those of the opinion"),
}
"""Whose words the points are in."""

LONGEST_POINT = 2_000
_KEYS = ("id", "from", "on", "given", "received", "title", "wording", "points", "source", "reply_due")
_DAYS = ("given", "received", "reply_due")


@dataclass(frozen=True, slots=True)
class Opinion:
    """``body`` is the identifier of whoever gave it, or ``group`` its title where it is no body. ``on`` says what it is
    about: ``card:ID``, ``study:NAME``, ``scenario:STUDY/NAME``, ``deal:NAME@VERSION`` or ``strategy``. Days are
    YYYY-MM-DD; ``received`` and ``reply_due`` are empty where they are not said."""

    id: str
    on: str
    given: str
    title: Text
    points: tuple[Text, ...]
    wording: str
    source: Text
    body: str = ""
    group: Text = field(default_factory=dict)
    received: str = ""
    reply_due: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As it is kept, and as a file may hold it."""
        content: dict[str, Any] = {"id": self.id, "from": self.body or dict(self.group), "on": self.on}
        content |= {"given": self.given, "received": self.received, "reply_due": self.reply_due}
        content |= {"title": dict(self.title), "wording": self.wording, "points": [dict(one) for one in self.points]}
        return content | {"source": dict(self.source)}


def read(path: Path) -> Opinion:
    """The opinion of a YAML file.

    Raises
    ------
    InvalidInput
        Lists all that is wrong: unknown keys, what is missing, days that are none or are out of order.
    """
    what = _("The opinion {file} cannot be read.").format(file=path.name)
    return from_dict(read_yaml(path, what), what)


def from_dict(content: Any, what: str = "") -> Opinion:
    """The opinion a mapping describes; YAML takes a bare ``on`` for a truth, which is read as the word it is. Errors as
    :func:`read`, beginning with ``what``."""
    faults: list[Fault] = []
    if isinstance(content, Mapping):
        content = {"on" if key is True else key: value for key, value in content.items()}
    made = _opinion(Fields(content, "", _KEYS, faults))
    if faults:
        raise InvalidInput(what or _("This opinion cannot be used."), faults)
    return made


def _opinion(fields: Fields) -> Opinion:
    body, group = _from(fields)
    days = {key: _day(fields, key) for key in _DAYS}
    _refuse_disorder(fields, days)
    return Opinion(
        id=fields.short_name("id"),
        on=fields.text("on"),
        title=files.text(fields, "title", required=True),
        points=tuple(_point(one, rank, fields.faults) for rank, one in enumerate(fields.items("points"), 1)),
        wording=fields.choice("wording", list(WORDINGS)),
        source=files.text(fields, "source", required=True),
        body=body,
        group=group,
        **days,
    )


def _from(fields: Fields) -> tuple[str, Text]:
    """The body, or the title of the group; whether there is such a body is known where it is kept."""
    given = fields.given("from")
    if isinstance(given, Mapping):
        return "", fields.texts("from")
    body = fields.text("from")
    if body and not SHORT_NAME.fullmatch(body):
        expected = _("the identifier of a body, or the title of a group as {example}").format(
            example="{fr: ..., en: ...}"
        )
        fields.fault("from", body[:80], expected)
    return body, {}


def _day(fields: Fields, key: str) -> str:
    value = fields.text(key, required=key == "given")
    if value and not is_day(value):
        fields.fault(key, value[:80], _("a day, YYYY-MM-DD"))
        return ""
    return value


def _refuse_disorder(fields: Fields, days: Mapping[str, str]) -> None:
    """An opinion is given, then received; a reply is due after both."""
    last_key, last = "given", days["given"]
    for key in _DAYS[1:]:
        if days[key] and last and days[key] < last:
            expected = _("{day} or later: the day of {key}").format(day=last, key=f'"{last_key}"')
            fields.fault(key, days[key], expected)
        elif days[key]:
            last_key, last = key, days[key]


def _point(content: Any, rank: int, faults: list[Fault]) -> Text:
    place = f"points.{rank}"
    fields = Fields({place: content}, "", (place,), faults)
    text = files.text(fields, place, required=True)
    for language, said in text.items():
        if len(said) > LONGEST_POINT:
            got = _("{count} characters").format(count=len(said))
            fields.fault(f"{place}: {language}", got, _("at most {count}").format(count=LONGEST_POINT))
    return text
