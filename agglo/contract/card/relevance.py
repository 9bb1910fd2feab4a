"""When an entry of a card is asked: some depend on what others say."""

from collections.abc import Callable, Mapping

from agglo.contract.card.entries import ALWAYS, OPTIONAL
from agglo.contract.card.parts import AuthorityPart

_Condition = Callable[[AuthorityPart], bool]


def _held(one: AuthorityPart) -> bool:
    return one.holding != "none"


def _public(one: AuthorityPart) -> bool:
    return _held(one) and one.public_facing == "yes"


def _individual(one: AuthorityPart) -> bool:
    return _held(one) and one.individual_decisions == "yes"


CONDITIONS: Mapping[str, _Condition] = {
    ALWAYS: lambda _one: True,
    OPTIONAL: lambda _one: False,
    "held": _held,
    "bought": lambda one: one.holding in ("bought", "partner"),
    "started": lambda one: one.state not in ("", "idea"),
    "used": lambda one: one.state in ("in-use", "retired"),
    "retired": lambda one: one.state == "retired",
    "individual": _individual,
    "public": _public,
    "affects": lambda one: _public(one) or _individual(one),
    "personal": lambda one: _held(one) and one.personal_data in ("ordinary", "sensitive"),
    "high-risk": lambda one: one.ai_act_class == "high-risk",
    "again": lambda one: bool(one.similar),
}
"""By name: whether what the authority says makes an entry asked."""
