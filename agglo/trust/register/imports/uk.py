"""British records of algorithmic transparency made into cards: JSON of any version, or rows of an index in CSV.

Keys are attributes, their names as people write them, or reference numbers of version 3; sections may be nested.
An attribute that no entry of a card says stands among its provenance, and an export writes it again.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.contract.card.substance import says_something
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.trust.register.exports.fields import FieldList, is_empty
from agglo.trust.register.exports.recording import is_link, kept_line, values
from agglo.trust.register.imports import Imported
from agglo.trust.register.imports.mending import Mender, identifier, json_records, unlike, without_html

LANGUAGE = "en"
_LISTS = ("records", "results", "algorithms", "data")
_DELIMITERS = ",;\t"


def read(content: bytes) -> list[Imported]:
    """A card for each record of a JSON or CSV file.

    Raises
    ------
    InvalidInput
        The file is neither, is not in UTF-8, or has a record of which nothing is known: every one is named.
    """
    what = _("These British records cannot be read.")
    start = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    records = json_records(content, what, _LISTS) if start in (b"{", b"[") else _rows(content, what)
    made = [_Record(one) for one in records]
    faults = [
        Fault(_("record {rank}").format(rank=rank), ", ".join(map(str, given))[:80], _("a name or a description"))
        for rank, (given, one) in enumerate(zip(records, made, strict=True), start=1)
        if not one.says_anything
    ]
    if faults:
        raise InvalidInput(what, faults)
    found: list[Imported] = []
    for one in made:
        found.append(one.imported([each.id for each in found]))
    return found


def _rows(content: bytes, what: str) -> list[dict[str, Any]]:
    try:
        text = content.decode("utf-8-sig")
    except ValueError as error:
        raise InvalidInput(what, [Fault(_("file"), str(error)[:80], _("JSON or CSV in UTF-8"))]) from None
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(_DELIMITERS, key=head.count))
    try:
        rows = [{key: value for key, value in row.items() if key and value is not None} for row in reader]
    except csv.Error as error:
        raise InvalidInput(what, [Fault(_("file"), str(error)[:80], _("JSON or CSV in UTF-8"))]) from None
    if not rows:
        raise InvalidInput(what, [Fault(_("file"), head[:80], _("a line of names, then records"))])
    return rows


class _Record:
    """One record by attribute: its keys recognised, its repairs gathered."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.mender = Mender()
        self.known = values("atrs")
        self.fields = FieldList.read("atrs")
        self.numbers = {number: name for number, name, _tier in self.known["attributes"]}
        self.kept: dict[str, str] = {}
        self.said: dict[str, str] = {}
        items = list(_flat(given))
        self.version = next((str(value) for key, value in items if _word(key) == "standard_version"), "")
        for key, value in items:
            self._take(key, value)

    @property
    def says_anything(self) -> bool:
        return any(self.said.get(name) for name in ("name", "title", "description", "one_sentence_description"))

    def imported(self, taken: Sequence[str]) -> Imported:
        """The card, with a name that is not taken."""
        self._not_there()
        maker = self._maker()
        authority = self._authority()
        for name, value in self.said.items():
            if value and name not in self.known["imported"] and name not in self.known["read_apart"]:
                self._keep(name, value)
        if self.kept:
            authority["provenance"] = [
                kept_line(self.known["register"], name, value) for name, value in self.kept.items()
            ]
        card = Card(maker=MakerPart.model_validate(maker), authority=AuthorityPart.model_validate(authority))
        wanted = identifier(self.said.get("name") or self.said.get("title") or self.said.get("description", ""))
        found = unlike(wanted or "record", taken)
        if found != wanted:
            self.mender.told("name", wanted, found, _("an identifier stands once in a file"))
        return Imported(found, card, tuple(self.mender.repairs))

    def _take(self, key: str, value: object) -> None:
        """One value under the attribute that its key means; what is not known is kept."""
        text = self._text(key, value)
        if not text:
            return
        name = self._attribute(key)
        if not name:
            self.mender.told(key, value, why=_("no attribute of version 3.0; kept among the provenance"))
            self.kept[_word(key) or "other"] = text
        elif self.said.get(name, text) != text:
            self.mender.told(key, text, f"{name}: {self.said[name]}", _("said twice: put together"))
            self.said[name] = f"{self.said[name]}\n{text}"
        else:
            self.said[name] = text

    def _text(self, key: str, value: object) -> str:
        if is_empty(value):
            return ""
        if isinstance(value, list):
            value = "\n".join(str(one) for one in value)
        text = without_html(str(value))
        if text != str(value).strip():
            self.mender.told(key, value, text, _("HTML taken out"))
        if not says_something(text):
            self.mender.told(key, value, why=_("says nothing; left out"))
            return ""
        return text

    def _attribute(self, key: str) -> str:
        """The attribute that a key means; empty where none is known. Anything but its very name is told."""
        if key in self.fields.names:
            return key
        word = _word(key)
        number = re.match(r"\s*([0-9]+(?:\.[0-9]+)+)", key)
        found = word if word in self.fields.names else self.known["also"].get(word, "")
        if not found and number and not word and "3" in (self.version or "3"):
            found = self.numbers.get(number[1], "")
        if found:
            self.mender.told(key, key, found, _("read as this attribute"))
        return str(found)

    def _not_there(self) -> None:
        missing = [one.name for one in self.fields.fields if one.required and not self.said.get(one.name)]
        if missing:
            self.mender.told(
                _("record"), ", ".join(missing), why=_("required by version 3.0, and empty: {count}").format(
                    count=len(missing))
            )  # fmt: skip
        if self.version and self.version.strip("vV ").split(".")[0] != "3":
            self.mender.told("standard_version", self.version, self.known["version"], _("read as version 3.0"))

    def _keep(self, name: str, value: str) -> None:
        self.kept[name] = value

    def _maker(self) -> dict[str, Any]:
        """What the record says of the tool itself; a title or sentence besides the name or description is kept."""
        said = self.said
        texts = {
            "title": said.get("name") or said.get("title", ""),
            "purpose": said.get("description") or said.get("one_sentence_description", ""),
            "method": said.get("detailed_description", ""),
        }
        for name, other in (("title", "name"), ("one_sentence_description", "description")):
            if said.get(name) and said.get(other, said[name]) != said[name]:
                self._keep(name, said[name])
        maker: dict[str, Any] = {entry: {LANGUAGE: text} for entry, text in texts.items() if text}
        if said.get("scope"):
            maker["limits"] = [{LANGUAGE: said["scope"]}]
        if said.get("datasets"):
            maker["data"] = [said["datasets"]]
        return maker | self._plain("maker")

    def _authority(self) -> dict[str, Any]:
        said = self.said
        found: dict[str, Any] = {
            **self._plain("authority"),
            "state": self._state(),
            "holding": self._holding(),
            "tags": [one.strip() for one in re.split(r"[,;\n]", said.get("tags", "")) if one.strip()],
        }
        if website := found.get("website", ""):
            found["website"] = website if is_link(website) else ""
            if not is_link(website):
                self.mender.told("website_url", website, why=_("not a link; kept among the provenance"))
                self._keep("website_url", website)
        source = {
            "what": "\n".join(dict.fromkeys(filter(None, map(said.get, ("source_data_name", "data_description"))))),
            "source": said.get("source_data_url", ""),
            "collected": said.get("data_collection", ""),
        }
        if any(source.values()):
            found["sources"] = [source]
        return found | self._assessment()

    def _plain(self, half: str) -> dict[str, str]:
        """Entries of one half that are an attribute, word for word."""
        return {
            entry.partition(".")[2]: self.said[name]
            for name, entry in self.known["imported"].items()
            if entry.startswith(f"{half}.") and self.said.get(name)
        }

    def _state(self) -> str:
        phase = self.said.get("phase", "")
        states = {name.casefold(): state for name, state in self.known["state"].items()} | self.known["phases"]
        found = str(states.get(phase.strip().casefold().rstrip("."), ""))
        if phase and phase not in self.known["state"]:
            why = (
                _("not a phase that is known; kept among the provenance") if not found else _("a phase said otherwise")
            )
            self.mender.told("phase", phase, found, why)
            self._keep("phase", phase)
        return found

    def _holding(self) -> str:
        """In-house where no supplier takes part; where one does, whether it was bought is not said."""
        involved = self.said.get("external_supplier_involvement", "")
        if involved.casefold() in ("no", "false"):
            return "in-house"
        if involved:
            self._keep("external_supplier_involvement", involved)
        return ""

    def _assessment(self) -> dict[str, str]:
        text = self.said.get("impact_assessment", "")
        if text and any(word in text.casefold() for word in self.known["data_protection"]):
            return {"data_protection_assessment": text}
        if text:
            self._keep("impact_assessment", text)
        return {}


def _flat(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those of nested sections among them."""
    for key, value in given.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for one in value:
                yield from _flat(one)
        else:
            yield str(key), value


def _word(key: str) -> str:
    """A key as attributes are written: without its number and marks.

    >>> _word("2.1.3 - Senior responsible owner"), _word("website*")
    ('senior_responsible_owner', 'website')
    """
    without = re.sub(r"^\s*[0-9]+(\.[0-9]+)+\.?\s*[-–:)]*\s*", "", key)
    return "_".join(re.findall(r"[a-z0-9]+", without.casefold()))
