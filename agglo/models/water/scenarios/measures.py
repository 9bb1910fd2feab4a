"""Measures on a network, read and checked against its model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _
from agglo.models.water.hydraulics.network import Network

if TYPE_CHECKING:
    import pyarrow as pa

PRESSURE, CLOSE, REPAIR = "pressure_setting", "close", "repair"
KINDS = (PRESSURE, CLOSE, REPAIR)
TOGETHER = "all"
"""Measure of all measures."""
OVER = ("repaired", "false", "ended")
"""States of leaks that no longer flow."""
_SET = ("PRV", "PSV", "PBV")


@dataclass(frozen=True, slots=True)
class Leak:
    """A leak that flows now: its place on the model and its mean flow [m3/h]."""

    id: str
    node: str
    flow_m3_h: float


@dataclass(frozen=True, slots=True)
class Measure:
    """What one measure does: new settings of valves [m], links closed, leaks repaired (by id)."""

    id: str
    title: str
    settings: Mapping[str, float]
    closed: tuple[str, ...]
    repaired: tuple[str, ...]

    @property
    def kinds(self) -> str:
        """Its kinds, in one text."""
        held = zip(KINDS, (self.settings, self.closed, self.repaired), strict=True)
        return ", ".join(kind for kind, found in held if found)


def together(measures: Sequence[Measure], title: str) -> Measure:
    """One measure that does all of them; two settings of one valve were refused before."""
    return Measure(
        id=TOGETHER,
        title=title,
        settings={valve: setting for one in measures for valve, setting in one.settings.items()},
        closed=tuple(dict.fromkeys(link for one in measures for link in one.closed)),
        repaired=tuple(dict.fromkeys(leak for one in measures for leak in one.repaired)),
    )


def end_of(network: Network, pipe: str) -> str:
    """The junction where the leak of a pipe is put: its start, or its end where the start is a source."""
    link = network.links[pipe]
    return link.start if network.nodes[link.start].kind == "junction" else link.end


def flowing(table: "pa.Table") -> "tuple[pa.Table, tuple[str, ...], tuple[str, ...]]":
    """Leaks that flow and can be placed; then, by name, those that are over and those without a flow or a place.

    Only rows with a ``state``, which are an answer of ``water.leaks``, are left out; a row that a person wrote must say
    all.
    """
    import pyarrow as pa

    if "state" not in table.column_names:
        return table, (), ()
    rows = table.to_pylist()
    over = [row for row in rows if row["state"] in OVER]
    vague = [
        row
        for row in rows
        if row["state"] and row not in over and not (row["flow_m3_h"] and (row.get("pipe") or row.get("node")))
    ]
    kept = [row not in over and row not in vague for row in rows]
    names = [tuple(str(row["leak"]) for row in some) for some in (over, vague)]
    return table.filter(pa.array(kept, pa.bool_())), names[0], names[1]


def read_leaks(table: "pa.Table | None", network: Network) -> dict[str, Leak]:
    """Leaks that flow now, by id, from a table ``water-leaks``; a leak without a flow or a place is refused."""
    faults: list[Fault] = []
    found: dict[str, Leak] = {}
    for number, row in enumerate([] if table is None else table.to_pylist(), 1):
        where = _("leaks, row {row}").format(row=number)
        before = len(faults)
        faults.extend(_leak_faults(where, row, network, row.get("leak"), found))
        if len(faults) == before:
            found[row["leak"]] = Leak(row["leak"], _node_of(row, network), float(row["flow_m3_h"]))
    if faults:
        raise InvalidInput(_("The leaks cannot be used."), faults)
    return found


def _node_of(row: Mapping[str, Any], network: Network) -> str:
    return str(row["node"]) if row.get("node") else end_of(network, str(row["pipe"]))


def _leak_faults(
    where: str, row: Mapping[str, Any], network: Network, name: Any, found: Mapping[str, Any]
) -> Iterator[Fault]:
    if not name or name in found:
        yield Fault(f"{where}, leak", str(name or _("nothing")), _("a name used once"))
    flow = row.get("flow_m3_h")
    if flow is None or not isfinite(flow) or flow <= 0:
        yield Fault(f"{where}, flow_m3_h", _("nothing") if flow is None else f"{flow:g}", _("more than 0"))
    pipe, node = row.get("pipe"), row.get("node")
    if not pipe and not node:
        yield Fault(where, _("no pipe and no node"), _("where the leak is"))
    if pipe and (pipe not in network.links or network.links[pipe].kind != "pipe"):
        yield Fault(f"{where}, pipe", str(pipe), _("a pipe of the network"), nearest(pipe, network.of_kind("pipe")))
    if node and node not in network.junctions:
        yield Fault(f"{where}, node", str(node), _("a junction of the network"), nearest(node, network.junctions))


def read_measures(
    table: "pa.Table", network: Network, leaks: Mapping[str, Leak]
) -> tuple[list[Measure], dict[str, Leak]]:
    """The measures in the order of their first rows, and the leaks that they name by place, by a name of their own.

    Rows of one ``measure`` are done together.

    Raises
    ------
    InvalidInput
        Lists every row that cannot be done on this network.
    """
    faults: list[Fault] = []
    held: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(table.to_pylist(), 1):
        where = _("measures, row {row}").format(row=number)
        faults.extend(_faults(where, row, network, leaks))
        held.setdefault(str(row.get("measure") or ""), []).append({**row, "leak": row.get("leak") or f"#{number}"})
    faults += [*_twice(held)]
    faults += [] if held else [Fault(_("measures"), _("no row"), _("one measure at least"))]
    if faults:
        raise InvalidInput(_("These measures cannot be done on this network."), faults)
    rows = [row for found in held.values() for row in found if row["kind"] == REPAIR and row["leak"] not in leaks]
    added = {row["leak"]: Leak(row["leak"], _node_of(row, network), float(row["flow_m3_h"])) for row in rows}
    return [_measure(name, found) for name, found in held.items()], added


def _measure(name: str, rows: Sequence[Mapping[str, Any]]) -> Measure:
    return Measure(
        id=name,
        title=next((row["title"] for row in rows if row.get("title")), name),
        settings={row["link"]: float(row["setting_m"]) for row in rows if row["kind"] == PRESSURE},
        closed=tuple(row["link"] for row in rows if row["kind"] == CLOSE),
        repaired=tuple(row["leak"] for row in rows if row["kind"] == REPAIR),
    )


def _faults(where: str, row: Mapping[str, Any], network: Network, leaks: Mapping[str, Leak]) -> Iterator[Fault]:
    kind = row.get("kind")
    if row.get("measure") in (None, "", TOGETHER):
        got = row.get("measure") or _("nothing")
        yield Fault(f"{where}, measure", got, _('a name other than "{name}"').format(name=TOGETHER))
    if kind == REPAIR:
        yield from _repair_faults(where, row, network, leaks)
    elif kind in (PRESSURE, CLOSE):
        yield from _link_faults(where, row, network)
    else:
        yield Fault(f"{where}, kind", str(kind or _("nothing")), ", ".join(KINDS), nearest(str(kind or ""), KINDS))


def _link_faults(where: str, row: Mapping[str, Any], network: Network) -> Iterator[Fault]:
    name, setting = row.get("link"), row.get("setting_m")
    valves = row.get("kind") == PRESSURE
    known = [*network.of_kind(*_SET)] if valves else [*network.links]
    if name not in known:
        expected = _("a pressure valve of the network") if valves else _("a link of the network")
        yield Fault(f"{where}, link", str(name or _("nothing")), expected, nearest(str(name or ""), known))
    elif name in network.ruled:
        yield Fault(f"{where}, link", name, _("a link that no rule of the model moves"), _("Take the rule out."))
    if valves and (setting is None or not isfinite(setting) or setting < 0):
        yield Fault(f"{where}, setting_m", _("nothing") if setting is None else f"{setting:g}", _("0 or more"))


def _repair_faults(where: str, row: Mapping[str, Any], network: Network, leaks: Mapping[str, Leak]) -> Iterator[Fault]:
    name = row.get("leak")
    placed = row.get("pipe") or row.get("node")
    if name and not placed and name not in leaks:
        yield Fault(f"{where}, leak", str(name), _("a leak of the table of leaks"), nearest(name, [*leaks]))
    elif name in leaks and (placed or row.get("flow_m3_h") is not None):
        yield Fault(where, _("a leak that is known, and a place or a flow"), _("one or the other"))
    elif name not in leaks:
        yield from _leak_faults(where, row, network, name or "-", {})


def _twice(held: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Fault]:
    """One valve at two settings, closed and set, or one leak repaired at two places, leaves no meaning to the whole."""
    settings: dict[str, set[Any]] = {}
    for name, rows in held.items():
        for row in rows:
            if row.get("kind") in (PRESSURE, CLOSE):
                settings.setdefault(str(row.get("link")), set()).add(row.get("setting_m"))
        links = [row.get("link") for row in rows if row.get("kind") in (PRESSURE, CLOSE)]
        for link in {link for link in links if links.count(link) > 1}:
            where = _("measures, measure {measure}").format(measure=name)
            yield Fault(where, _("{link} twice").format(link=link), _("once"))
    for link, found in settings.items():
        if len(found) > 1:
            got = ", ".join(sorted("-" if one is None else f"{one:g}" for one in found))
            expected = _("one setting, since all measures are also tried together")
            yield Fault(_("measures, link {link}").format(link=link), got, expected)
