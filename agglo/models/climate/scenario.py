"""One scenario made ready: the inventory, the actions and the hypotheses become systems that can be simulated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input
from agglo.contract.parameters import Parameters, parameter
from agglo.models.climate.actions import Action, Range, chosen, read_actions
from agglo.models.climate.held import Held, read_held
from agglo.models.climate.nomenclature import SECTORS, Sector
from agglo.models.climate.pots import QUANTITIES, Row, pots_of
from agglo.models.climate.simulation import System

INPUTS = (
    Input("inventory", "climate-inventory", {"fr": "Inventaire", "en": "Inventory"}),
    Input("actions", "climate-actions", {"fr": "Actions", "en": "Actions"}, required=False),
    Input(
        "pathways",
        "climate-pathways",
        {"fr": "Trajectoires et objectifs", "en": "Pathways and targets"},
        required=False,
    ),
)
"""What the models of a trajectory read."""

Report = Literal["as-stated", "AR4", "AR5", "AR6"]
Rate = Annotated[float, Field(ge=-20, le=20)]
Count = Annotated[float, Field(ge=0)]


class Hypotheses(Parameters):
    """Hypotheses that a trajectory rests on."""

    base_year: int | None = parameter(
        None,
        unit="1",
        title=N_("Year of the inventory to start from"),
        source=N_("the last one it holds, where none is given"),
    )
    horizon: int = parameter(
        2050,
        unit="1",
        title=N_("Last year of the trajectory"),
        source=N_("the year by which France has committed to carbon neutrality (law 2019-1147)"),
        ge=1991,
        le=2100,
    )
    territory: str = parameter(
        "",
        unit="1",
        title=N_("SIREN code of the territory that the places of the inventory make up"),
        source=N_("not needed where the inventory names it"),
    )
    gwp: Report = parameter(
        "as-stated",
        unit="1",
        title=N_("IPCC report that masses of gases are converted with"),
        source=N_("as-stated: CO2 equivalents as they are given, and no mass of gas"),
    )
    trend: dict[Sector, Rate] = parameter(
        {},
        unit="%/yr",
        title=N_("Trend of a sector without actions, from the base year on, by sector"),
        source=N_("assumed: none"),
    )
    trend_halfwidth: float = parameter(
        0.5,
        unit="%/yr",
        title=N_("Uncertainty of each sector's trend, on either side"),
        source=N_("assumed"),
        ge=0,
        le=20,
    )
    trend_source: str = parameter(
        "", unit="1", title=N_("Where the trend comes from"), source=N_("empty: the trend is assumed")
    )
    actions: dict[str, Count | dict[str, Count]] = parameter(
        {},
        unit="1",
        title=N_("Units of an action that replace those of the table, in all or by place"),
        source=N_("none by default; any other value is a hypothesis"),
    )
    without: list[str] = parameter(
        [],
        unit="1",
        title=N_("Actions left out"),
        source=N_("none by default; any other value is a hypothesis"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """Systems by quantity, and what they were made from; ``rows`` are those of the base year."""

    systems: Mapping[str, System]
    rows: Mapping[str, Sequence[Row]]
    held: Held
    conditional: bool

    @property
    def territory(self) -> str:
        return self.held.territory

    @property
    def base_year(self) -> int:
        return self.systems["emissions"].base_year


def read(inputs: Inputs, hypotheses: Hypotheses) -> Scenario:
    """The scenario of these inputs and hypotheses.

    Raises
    ------
    InvalidInput
        A table or a hypothesis cannot be trusted, or an action acts on an empty pot.
    """
    held = read_held(inputs.inventory, gwp=hypotheses.gwp, territory=hypotheses.territory)
    base_year = held.base_year(hypotheses.base_year)
    if hypotheses.horizon <= base_year:
        expected = _("a year after {year}, the base year").format(year=base_year)
        raise InvalidInput(_("Nothing can be projected."), [Fault("horizon", str(hypotheses.horizon), expected)])
    rows = {quantity: held.rows[quantity, base_year] for quantity in QUANTITIES if (quantity, base_year) in held.rows}
    places = held.places(base_year)
    known = read_actions(inputs.actions) if "actions" in inputs else []
    actions = chosen(known, hypotheses.actions, hypotheses.without, places)
    years = tuple(range(base_year, hypotheses.horizon + 1))
    return Scenario(
        _systems(rows, actions, places, years, trends(hypotheses)),
        rows,
        held,
        conditional=not hypotheses.trend_source or any(one.quality == "assumed" for one in actions),
    )


def trends(hypotheses: Hypotheses) -> dict[str, Range]:
    """The trend of each sector [%/yr]."""
    halfwidth = hypotheses.trend_halfwidth
    values = {str(sector): value for sector, value in hypotheses.trend.items()}
    return {
        sector: Range(value - halfwidth, value, value + halfwidth)
        for sector, value in ((sector, values.get(sector, 0.0)) for sector in SECTORS)
    }


def _systems(
    rows: Mapping[str, Sequence[Row]],
    actions: Sequence[Action],
    places: Sequence[str],
    years: tuple[int, ...],
    trend: Mapping[str, Range],
) -> dict[str, System]:
    """A system for each quantity; what is wrong with either is said at once.

    A sector may hold emissions and no energy: its energy is then not followed, whatever the actions say of it.
    """
    found: dict[str, System] = {}
    faults: list[Fault] = []
    for quantity, held in rows.items():
        sectors = {row.sector for row in held} if quantity == "energy" else set(SECTORS)
        try:
            pots = pots_of(held, actions, quantity, places, sectors=sectors)
        except InvalidInput as error:
            faults += error.faults
            continue
        found[quantity] = System(quantity, tuple(places), tuple(pots), tuple(actions), years, trend)
    if faults:
        raise InvalidInput(_("These actions act on what the inventory does not hold."), faults)
    return found
