"""``water.leaks``: where each leak most likely is, on the hydraulic model; by sector and nearest sensor without one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.locating import fallback, given, modelled, tables
from agglo.models.water.locating.deciding import known
from agglo.models.water.locating.drawing import drawn
from agglo.models.water.locating.leak import Leak, in_order
from agglo.models.water.locating.setting import Setting
from agglo.models.water.locating.telling import notes
from agglo.models.water.readings.clock import zone_faults
from agglo.models.water.watching.evidence import Rules

if TYPE_CHECKING:
    import numpy as np

_ASSUMED = N_("assumed")
_BATTLEDIM = N_("assumed, as in the BattLeDIM competition of 2020")

Answer = tuple[list[Leak], Mapping[str, "tuple[np.ndarray, np.ndarray]"], tuple[str, ...]]
"""Leaks in order, the daily flow of each by its identifier (days, flows [m3/h]), and what the search says."""


class LeaksParameters(Parameters):
    """Places, money, clock, and what stands on the map."""

    reach: float = parameter(
        300.0,
        unit="m",
        title=N_("Distance along pipes within which crews search"),
        source=_BATTLEDIM,
        gt=0,
        le=5000,
    )
    least_probability: float = parameter(
        0.5, unit="1", title=N_("Smallest probability at which a pipe is told"), source=_ASSUMED, ge=0, le=1
    )
    water_cost: float = parameter(0.80, unit="EUR/m3", title=N_("Cost of a cubic metre lost"), source=_BATTLEDIM, ge=0)
    visit_cost: float = parameter(500.0, unit="EUR", title=N_("Cost of a visit"), source=_BATTLEDIM, ge=0)
    most_leaks: int = parameter(10, unit="count", title=N_("Leaks told in the notes"), source=_ASSUMED, ge=1, le=100)
    time_zone: str = parameter(
        "Europe/Paris", unit="1", title=N_("Time zone whose clock tells days and weeks"), source=_ASSUMED
    )
    holidays: Literal["france", "none"] = parameter(
        "france",
        unit="1",
        title=N_("Public holidays"),
        source=N_("labour code, article L3133-1; days around the end of the year are assumed"),
    )
    territory: str = parameter(
        "",
        unit="1",
        title=N_("Place of the indicators (INSEE or SIREN code)"),
        source=N_("empty: no indicator is kept"),
    )
    crs: str = parameter(
        "",
        unit="1",
        title=N_("Reference system of the model's coordinates, such as EPSG:2154"),
        source=N_("empty: not known, no layer of pipes is made"),
    )
    caption: str = parameter(
        "", unit="1", title=N_("What the map and the notes say first"), source=N_("empty: nothing"), max_length=200
    )

    def rules(self) -> Rules:
        """The parameters in the terms of the method.

        Raises
        ------
        InvalidInput
            The time zone or the reference system is not known.
        """
        faults = zone_faults(self.time_zone)
        if self.crs and not _is_reference_system(self.crs):
            faults.append(Fault("crs", self.crs, _("a reference system with its code, such as EPSG:2154")))
        if faults:
            raise InvalidInput(_("These parameters cannot be used."), faults)
        return Rules(self.time_zone, self.holidays, self.water_cost, self.visit_cost)


def _is_reference_system(text: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(text).to_authority() is not None
    except CRSError:
        return False


@model(
    id="water.leaks",
    version="1.0.0",
    title={"fr": "Localisation des fuites", "en": "Locating leaks"},
    headline={
        "fr": "conduites où chaque fuite est la plus probable, sur le modèle ; sans lui, secteur et capteur seulement",
        "en": "pipes where each leak most likely is on the model; without one, sector and sensor only",
    },
    parameters=LeaksParameters,
    inputs=(
        Input("readings", "water-readings", {"fr": "Relevés du réseau", "en": "Readings of the network"}),
        Input("sensors", "water-sensors", {"fr": "Capteurs", "en": "Sensors"}, required=False),
        Input(
            "meters",
            "water-meters",
            {"fr": "Compteurs de chaque secteur", "en": "Meters of each sector"},
            required=False,
        ),
        Input(
            "network",
            "water-network",
            {"fr": "Modèle EPANET du réseau", "en": "EPANET model of the network"},
            required=False,
        ),
        Input(
            "healthy",
            "water-readings",
            {"fr": "Relevés d'une période saine, avant", "en": "Readings of a healthy period, before"},
            required=False,
        ),
        Input("sectors", "water-sectors", {"fr": "Secteurs", "en": "Sectors"}, required=False),
        Input("decisions", "water-decisions", {"fr": "Décisions", "en": "Decisions"}, required=False),
    ),
    outputs=(
        *(
            Output(
                name,
                title=title,
                columns=units_of(columns),
                compare=Numerical(absolute=1e-3, relative=1e-3),
                schema="water-leaks" if name == "leaks" else "",
            )
            for name, columns, title in (
                ("leaks", tables.LEAKS, {"fr": "Fuites", "en": "Leaks"}),
                ("candidates", tables.CANDIDATES, {"fr": "Conduites possibles", "en": "Pipes that may leak"}),
                ("flows", tables.FLOWS, {"fr": "Débit par jour, sur le modèle", "en": "Flow by day, on the model"}),
            )
        ),
        Output(
            "pipes",
            "layer",
            {
                "fr": "Conduites suspectes (vide sans système de coordonnées)",
                "en": "Pipes in doubt (empty without a reference system)",
            },
            units_of(tables.PIPES),
            Numerical(absolute=1e-3, relative=1e-3),
        ),
        Output("map", "file", {"fr": "Carte des fuites", "en": "Map of leaks"}),
    ),
    libraries=("pyarrow", "numpy", "wntr", "scipy"),
)
def leaks(inputs: Inputs, *, parameters: LeaksParameters, context: Context) -> Outcome:
    """Leaks, since when, where, how sure, m3/h and EUR/d, with what people decided of them.

    Goes in: readings of flow, index, level and pressure; the EPANET model and where the sensors lie in it; optionally
    the meters of each sector, readings of a healthy period before, and decisions. Comes out: every leak ever found, the
    dearest first, the pipes that may hold it with their probability, its flow by day, and a map. Each leak rests on
    what was known before it was found.

    Search on the model: :mod:`.locating.search`. Without a model, or where the places of sensors cannot be used, leaks
    are the alarms of :mod:`.watching`, and the answer says so.

    Raises
    ------
    InvalidInput
        A table or the parameters cannot be used, or the tables do not fit together; faults are listed all at once.
    MissingExtra
        A model is given, and WNTR or scipy is not installed.
    """
    rules = parameters.rules()
    context.progress(0.0, _("Reading the tables"))
    setting, why_not = given.read(
        inputs, rules, reach_m=parameters.reach, least=parameters.least_probability, caption=parameters.caption
    )
    context.progress(0.1, _("Looking for leaks"))
    found, flows, searched = _on_sensors(setting) if why_not else _on_model(setting, context)
    path = context.scratch / "map.svg"
    path.write_text(drawn(found, setting), encoding="utf-8", newline="\n")
    context.progress(1.0)
    return Outcome(
        indicators=tables.indicators(found, setting, parameters.territory),
        tables={
            "leaks": table(tables.LEAKS, tables.leak_rows(found, setting)),
            "candidates": table(tables.CANDIDATES, tables.candidate_rows(found, setting.network)),
            "flows": table(tables.FLOWS, tables.flow_rows(flows)),
        },
        layers={"pipes": tables.pipes(found, setting.network, parameters.crs)},
        files={"map": path},
        notes=notes(found, setting, why_not=why_not, most=parameters.most_leaks, searched=searched),
    )


def _on_sensors(setting: Setting) -> Answer:
    """Leaks as sensors alone tell them; no flow is followed."""
    return in_order(fallback.leaks(setting)), {}, ()


def _on_model(setting: Setting, context: Context) -> Answer:
    """Leaks found on the model, their daily flows by identifier, and what the search says."""
    from agglo.models.water.locating.search import watch
    from agglo.models.water.locating.search.setting import Setting as Figures

    assert setting.network is not None
    watched = watch(
        setting.network,
        setting.series,
        setting.places,
        healthy=setting.healthy,
        known=known(setting.decided, setting.rules.zone),
        scratch=context.scratch,
        progress=lambda share, text: context.progress(0.1 + 0.85 * share, text),
        setting=Figures(reach_m=setting.reach_m),
    )
    names = modelled.identifiers(watched.found, setting)
    flows = {names[at]: held for at, held in watched.flows.items()}
    return in_order(modelled.leaks(watched.found, setting.network, setting)), flows, watched.notes
