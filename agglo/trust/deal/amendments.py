"""What changed between two texts of a deal, place by place."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from agglo.trust.deal.text import Deal


@dataclass(frozen=True, slots=True)
class Change:
    """One place of the text, and what stood there before and after; None where nothing did."""

    where: str
    before: Any
    after: Any

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def changes(before: Deal, after: Deal) -> list[Change]:
    """Every change; parties and commitments are matched by identifier, so that their order alone is one change."""
    return list(_between("", before.to_dict(), after.to_dict()))


def _between(where: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if _is_identified(before) and _is_identified(after):
        old, new = ([one["id"] for one in several] for several in (before, after))
        yield from _between(where, {one["id"]: one for one in before}, {one["id"]: one for one in after})
        kept = set(old) & set(new)
        if [one for one in old if one in kept] != [one for one in new if one in kept]:
            yield Change(f"{where} (order)", old, new)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from _between(f"{where}.{key}" if where else key, before.get(key), after.get(key))
    else:
        yield Change(where, before, after)


def _is_identified(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(one, Mapping) and "id" in one for one in content)
