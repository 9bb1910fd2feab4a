"""Records of a target as they are written: what does not fit is left out and told, never cut."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.card.substance import says_something
from agglo.contract.documents import read_yaml
from agglo.contract.language import _
from agglo.trust.register.exports.fields import Field, FieldList, is_empty
from agglo.trust.register.exports.target import Exported, Lack, Subject

_LINK = re.compile(r"https?://[^\s<>\"]+")
_TITLED = re.compile(r"(?P<title>\S.*?)\s*: (?P<link>https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class Written:
    """The record of one card, what it lacks and what is wrong with it."""

    record: Mapping[str, Any]
    lacks: tuple[Lack, ...] = ()
    faults: tuple[str, ...] = ()


@cache
def values(target: str) -> dict[str, Any]:
    """What ``values/TARGET.yaml`` holds: values of a target beside those of a card."""
    folder = Path(str(resources.files("agglo.trust.register.exports"))) / "values"
    content: dict[str, Any] = read_yaml(folder / f"{target}.yaml", _("This list of values cannot be read."))
    return content


def is_link(text: str) -> bool:
    """Whether a text is one address of the web and nothing else.

    >>> is_link("https://agglo.example/eau"), is_link("see https://agglo.example")
    (True, False)
    """
    return bool(_LINK.fullmatch(text))


def with_links(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A text with titles and links below it, one a line; :func:`parted` takes them apart again.

    >>> with_links("Two texts.", [("Water code", "https://law.example/water"), ("Road code", "")])
    'Two texts.\\nWater code: https://law.example/water\\nRoad code'
    """
    lines = [f"{title}: {link}" if title and link else title or link for title, link in pairs]
    return "\n".join(line for line in (text, *lines) if line)


def parted(text: str, titles: Sequence[str] = ()) -> tuple[str, list[tuple[str, str]]]:
    """A text without its lines that are a title and a link, or one of ``titles`` alone; and those lines, in pairs.

    >>> parted("Two texts.\\nWater code: https://law.example/water")
    ('Two texts.', [('Water code', 'https://law.example/water')])
    """
    rest, pairs = [], []
    for line in text.splitlines():
        if found := _TITLED.fullmatch(line.strip()):
            pairs.append((found["title"], found["link"]))
        elif line.strip() in titles:
            pairs.append((line.strip(), ""))
        else:
            rest.append(line)
    return "\n".join(rest).strip(), pairs


def kept_line(register: str, name: str, value: str) -> str:
    """A fact of another register that no entry of a card says, as it stands among its provenance."""
    return f"{register}, {name}: {' '.join(value.split())}"


def kept_facts(provenance: Sequence[str], register: str) -> dict[str, str]:
    """The facts that :func:`kept_line` wrote, by name.

    >>> kept_facts(["Rapport 2025", "ATRS, region: Wales"], "ATRS")
    {'region': 'Wales'}
    """
    found = (re.fullmatch(rf"{re.escape(register)}, (\w+): (.+)", line) for line in provenance)
    return {one[1]: one[2] for one in found if one}


def too_long(length: int, most: int) -> str:
    """Why a text was left out."""
    return _("too long: {length} characters, {most} at most; left out").format(length=length, most=most)


def checked(fields: FieldList, record: Mapping[str, Any], lacks: Sequence[Lack] = ()) -> Written:
    """A record against the fields of a target: those that say nothing ("unknown", "n/a") left out; texts that are too
    long, and optional ones that are not written as asked, left out and told; everything else wrong is a fault."""
    kept, told = {}, list(lacks)
    for name, value in record.items():
        if is_empty(value) or not says_something(value):
            continue
        why = _against(fields[name], value)
        if why:
            told.append(Lack(name, fields[name].entry, why, fields[name].required))
        else:
            kept[name] = value
    named = {one.target_field for one in told}
    told += [one for one in fields.lacks(kept) if one.target_field not in named]
    return Written(kept, tuple(told), tuple(fields.wrong(kept)))


def _against(field: Field, value: object) -> str:
    """Why a value cannot stand in a record; empty where it can, or where its fault is told instead."""
    if not isinstance(value, str):
        return ""
    if field.most is not None and len(value) > field.most:
        return too_long(len(value), field.most)
    if field.pattern and not field.required and not re.fullmatch(field.pattern, value):
        said = _("not written as asked, such as {example}; left out")
        return said.format(example=field.example or field.pattern)
    return ""


def as_list(subjects: Sequence[Subject], write: Callable[[Subject], Written]) -> Exported:
    """A JSON list with the record of each subject; lacks and faults name the card where there are several."""
    written = [(one, write(one)) for one in subjects]
    lacks = [named(subjects, subject, lack) for subject, one in written for lack in one.lacks]
    several = len(subjects) > 1
    faults = [f"{subject.id}: {fault}" if several else fault for subject, one in written for fault in one.faults]
    return Exported(as_json([one.record for _subject, one in written]), lacks, faults)


def named(subjects: Sequence[Subject], subject: Subject, lack: Lack) -> Lack:
    """A lack whose field names the card, where a document holds several."""
    return replace(lack, target_field=f"{subject.id}: {lack.target_field}") if len(subjects) > 1 else lack


def as_json(content: Any) -> bytes:
    """Content as JSON in UTF-8, with a line end."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
