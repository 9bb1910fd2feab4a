"""What EPANET would refuse, or pass over in silence, in a network: names, words, statuses and zones without source."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _, ngettext
from agglo.models.water.hydraulics import words
from agglo.models.water.hydraulics.inp import Faults, Row
from agglo.models.water.hydraulics.sections import Draft


def reached(sources: Iterable[str], pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Nodes with a way from a source along ``pairs`` (from, to), sources among them."""
    beside: defaultdict[str, list[str]] = defaultdict(list)
    for start, end in pairs:
        beside[start].append(end)
    found = set(sources)
    left = list(found)
    while left:
        for other in beside[left.pop()]:
            if other not in found:
                found.add(other)
                left.append(other)
    return frozenset(found)


def check(draft: Draft, faults: Faults) -> None:
    """Faults of the whole file, added to those found in its cells."""
    for section, known in words.WORDS.items():
        _check_words(section, known, draft, faults)
    _check_ends(draft, faults)
    _check_demands(draft, faults)
    _check_pumps_and_valves(draft, faults)
    _check_statuses(draft, faults)
    _check_controls(draft, faults)
    _check_others(draft, faults)
    faults.found.extend(_zones(draft))


def _check_words(section: str, known: Sequence[str], draft: Draft, faults: Faults) -> None:
    """EPANET reads the first letters of a word: a word that begins a known one, or that one begins, is known."""
    for row in draft.rows.get(section, []) if known else []:
        word = row.word(0)
        if not any(word.startswith(one[:4]) and (one.startswith(word) or word.startswith(one)) for one in known):
            faults.add(row, f'"{row.cell(0)}"', _("a word of this section"), nearest(word, known))


def _check_ends(draft: Draft, faults: Faults) -> None:
    for link in draft.links.values():
        known = [faults.known(link.row, link.row.cell(at), draft.nodes, _("a node of the file")) for at in (1, 2)]
        if all(known) and link.row.cell(1) == link.row.cell(2):
            faults.add(link.row, f'"{link.row.cell(1)}"', _("two different ends"))


def _check_demands(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("DEMANDS", []):
        if row.word(0) == "MULTIPLY":
            draft.options["DEMAND"] = faults.number(row, 1, above_zero=True)
            continue
        base = faults.number(row, 1)
        if faults.known(row, row.cell(0), draft.nodes, _("a node of the file")):
            draft.replaced.setdefault(row.cell(0), []).append((base, row.cell(2)))
        _known_pattern(row, 2, draft, faults)
    for row in draft.rows.get("JUNCTIONS", []):
        _known_pattern(row, 3, draft, faults)
    for row in draft.rows.get("RESERVOIRS", []):
        _known_pattern(row, 2, draft, faults)


def _known_pattern(row: Row, at: int, draft: Draft, faults: Faults) -> None:
    if row.cell(at):
        faults.known(row, row.cell(at), draft.patterns, _("a pattern of the file"))


def _known_curve(row: Row, at: int, draft: Draft, faults: Faults) -> None:
    faults.known(row, row.cell(at), draft.curves, _("a curve of the file"))


def _check_pumps_and_valves(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("PUMPS", []):
        named = {row.word(at): at + 1 for at in range(3, len(row.cells), 2)}
        if "HEAD" in named:
            _known_curve(row, named["HEAD"], draft, faults)
        if "PATTERN" in named:
            _known_pattern(row, named["PATTERN"], draft, faults)
        for word in {"POWER", "SPEED"} & set(named):
            faults.number(row, named[word], above_zero=word == "POWER")
        if not {"HEAD", "POWER"} & set(named):
            faults.add(row, _("no curve and no power"), "HEAD, POWER")
    for row in draft.rows.get("VALVES", []):
        if row.word(4) == "GPV":
            _known_curve(row, 5, draft, faults)
    for row in draft.rows.get("TANKS", []):
        if row.cell(7) not in ("", "*"):
            _known_curve(row, 7, draft, faults)


def _check_statuses(draft: Draft, faults: Faults) -> None:
    for row in draft.rows.get("STATUS", []):
        held = faults.known(row, row.cell(0), draft.links, _("a link of the file"))
        if row.word(1) in words.STATUSES:
            if held:
                draft.links[row.cell(0)].closed = row.word(1) == "CLOSED"
        elif row.word(1) != "ACTIVE":
            value = faults.number(row, 1)
            if held:
                draft.links[row.cell(0)].setting = value


def _check_controls(draft: Draft, faults: Faults) -> None:
    """Simple controls name a link and, where they depend on one, a node; clauses of rules likewise."""
    for row in draft.rows.get("CONTROLS", []):
        if faults.known(row, row.cell(1), draft.links, _("a link of the file")):
            draft.controlled.add(row.cell(1))
        if row.word(4) == "NODE":
            faults.known(row, row.cell(5), draft.nodes, _("a node of the file"))
    for row in draft.rows.get("RULES", []):
        if row.word(1) in ("LINK", "PIPE", "PUMP", "VALVE"):
            held = faults.known(row, row.cell(2), draft.links, _("a link of the file"))
            if held and row.word(0) in ("THEN", "ELSE", "AND"):
                draft.ruled.add(row.cell(2))
        elif row.word(1) in ("NODE", "JUNCTION", "JUNC", "TANK", "RESERVOIR", "RESERV"):
            faults.known(row, row.cell(2), draft.nodes, _("a node of the file"))


def _check_others(draft: Draft, faults: Faults) -> None:
    for section in ("EMITTERS", "QUALITY", "SOURCES", "MIXING", "COORDINATES"):
        for row in draft.rows.get(section, []):
            several = section == "QUALITY" and len(row.cells) > 2
            if not several:
                faults.known(row, row.cell(0), draft.nodes, _("a node of the file"))
    for row in draft.rows.get("EMITTERS", []):
        if faults.number(row, 1) > 0:
            draft.emitters.add(row.cell(0))
    for row in draft.rows.get("SOURCES", []):
        at = 1 if row.word(1) in words.SOURCE_KINDS else 0
        faults.number(row, at + 1)
        _known_pattern(row, at + 2, draft, faults)
    for row in draft.rows.get("MIXING", []):
        if row.word(1) not in words.MIXING_KINDS:
            faults.add(row, f'"{row.cell(1)}"', ", ".join(words.MIXING_KINDS))
    for row in draft.rows.get("VERTICES", []):
        faults.known(row, row.cell(0), draft.links, _("a link of the file"))
    for row in draft.rows.get("ENERGY", []):
        if row.word(0) == "PUMP":
            faults.known(row, row.cell(1), draft.links, _("a link of the file"))


def _zones(draft: Draft) -> Iterator[Fault]:
    """Nodes that no link touches, and zones that no reservoir or tank feeds even with every link open."""
    ways = [(one.row.cell(1), one.row.cell(2)) for one in draft.links.values()]
    pairs = [*ways, *((end, start) for start, end in ways)]
    touched = {name for pair in pairs for name in pair}
    sources = [name for name, row in draft.nodes.items() if row.section != "JUNCTIONS"]
    if not sources:
        yield Fault(_("the file"), _("no reservoir and no tank"), _("at least one source of water"))
        return
    left = {name: row for name, row in draft.nodes.items() if name not in reached(sources, pairs)}
    for name, row in draft.nodes.items():
        if name not in touched:
            yield Fault(row.where, _('node "{name}" without a link').format(name=name), _("a link that ends there"))
            left.pop(name, None)
    while left:
        first = next(iter(left))
        zone = [name for name in reached([first], pairs) if name in left]
        count = len(zone)
        what = ngettext(
            "{count} node cut off from every source: {first}",
            "{count} nodes cut off from every source, the first {first}",
            count,
        )
        expected = _("a way to a reservoir or a tank")
        yield Fault(left[first].where, what.format(count=count, first=first), expected)
        left = {name: row for name, row in left.items() if name not in set(zone)}
