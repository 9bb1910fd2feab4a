"""What pages say of a dataset: its columns, what the reader found, its first rows. The table is never read whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from agglo.catalogue.datasets import Dataset
from agglo.catalogue.schema import TYPES, spoken
from agglo.contract import numerals
from agglo.contract.language import N_, _
from agglo.portal import tables
from agglo.portal.outputs import Output

FIRST_ROWS = 20

_TYPES = {
    "bool": N_("yes or no"),
    "int64": N_("whole number"),
    "float64": N_("number"),
    "decimal": N_("decimal number"),
    "string": N_("text"),
    "date": N_("day"),
    "instant": N_("instant (UTC)"),
    "wkb": N_("geometry"),
}
VISIBILITIES = {
    "public": N_("public"),
    "draft": N_("draft"),
    "restricted": N_("restricted"),
    "personal": N_("personal data"),
}


def visibility(word: str) -> str:
    """Who may see what is kept, in one word."""
    return _(VISIBILITIES.get(word, word))


def logical(field: Mapping[str, Any]) -> str:
    """The logical type of a field of a descriptor."""
    return "decimal" if field.get("decimal") else TYPES.get(field.get("type", "string"), "string")


def fields(schema: Mapping[str, Any]) -> list[list[Any]]:
    """Rows of the table of columns: name, title, type, unit, what its values must obey, part of the key or not."""
    keys = schema.get("primaryKey", [])
    keys = [keys] if isinstance(keys, str) else keys
    return [
        [
            one["name"],
            spoken(one.get("title", "")) or "–",
            _(_TYPES[logical(one)]),
            numerals.unit_label(one["unit"]) or one["unit"] if one.get("unit") else "–",
            "; ".join(_constraints(one.get("constraints", {}))) or "–",
            _("yes") if one["name"] in keys else "–",
        ]
        for one in schema["fields"]
    ]


def _constraints(known: Mapping[str, Any]) -> Iterator[str]:
    said = {
        "minimum": _("{value} or more"),
        "maximum": _("{value} or less"),
        "exclusiveMinimum": _("more than {value}"),
        "exclusiveMaximum": _("less than {value}"),
        "minLength": _("{value} characters or more"),
        "maxLength": _("{value} characters or less"),
        "pattern": _("written as {value}"),
    }
    if known.get("required"):
        yield _("never empty")
    if known.get("unique"):
        yield _("each value once")
    for name, text in said.items():
        if name in known:
            yield text.format(value=known[name])
    if "enum" in known:
        yield _("one of: {values}").format(values=", ".join(map(str, known["enum"])))


def quality(dataset: Dataset) -> list[list[Any]]:
    """Rows of the table of quality: column, empty cells, least and greatest value, number of distinct values."""
    known = {one["name"]: one for one in dataset.schema["fields"]}
    return [
        [
            one["name"],
            numerals.number(one["nulls"]),
            _extreme(one["minimum"], known.get(one["name"], {})),
            _extreme(one["maximum"], known.get(one["name"], {})),
            "–" if one["distinct"] is None else numerals.number(one["distinct"]),
        ]
        for one in dataset.description["report"]["columns"]
    ]


def _extreme(value: Any, field: Mapping[str, Any]) -> str:
    if value is None:
        return "–"
    known = bool(field.get("unit")) and isinstance(value, int | float)
    return tables.shown(value, numerals.decimals_for([value]) if known else None)


def preview(dataset: Dataset, count: int = FIRST_ROWS) -> tables.Page:
    """The first rows of a dataset as people read them, from the beginning of its file alone."""
    return tables.page(dataset.path, units=units(dataset), rows=count)


def units(dataset: Dataset) -> dict[str, str]:
    """The unit of each column [symbols], empty where there is none."""
    return {one["name"]: one.get("unit") or "" for one in dataset.schema["fields"]}


def as_output(dataset: Dataset) -> Output:
    """A dataset as what files are made from."""
    kind = "layer" if dataset.crs else "table"
    return Output(
        dataset.name, kind, str(dataset.description["title"]), units(dataset), dataset.path, dataset.digest
    )  # fmt: skip
