"""Names of the places a run speaks of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agglo.runs.run import Run

_CODES = ("place", "insee")


def names(run: "Run") -> Mapping[str, str]:
    """Names by official code: those that the run's own tables give, and those of bundled territories."""
    from agglo.territory.bundled import BUNDLED, bundled

    found: dict[str, str] = {}
    for output, described in ((run.content["outcome"] or {}).get("outputs", {})).items():
        columns = described.get("columns", {})
        code = next((one for one in _CODES if one in columns), None)
        if described.get("kind") == "table" and code and "name" in columns:
            table = run.table(output)
            pairs = zip(table[code].to_pylist(), table["name"].to_pylist(), strict=True)
            found |= {place: name for place, name in pairs if place and name}
    places = {one.place for one in run.indicators} - set(found)
    return found | {siren: bundled(siren).name for siren in places & set(BUNDLED)}
