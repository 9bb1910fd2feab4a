"""What a text written by a language model costs, from the tokens it wrote: EcoLogits' estimate.

The estimate is not a measure. It rests on how many requests the server handles at once, which whoever asks cannot see:
EcoLogits supposes 64; a small server of one's own often handles one, and then takes about 17 times the energy. The
supposed number is always told. Tokens read are not counted by the method.
"""

from dataclasses import dataclass

from agglo.contract.errors import MissingExtra

METHOD = "EcoLogits"
ZONE = "FRA"
PUE, WUE_L_PER_KWH = 1.2, 0.5
"""Supposed of the data centre; WUE is litres of water a kilowatt-hour."""


@dataclass(frozen=True, slots=True)
class Generation:
    """Energy [Wh] and greenhouse gases [gCO2e], making of the machines included, for ``tokens`` written.

    ``batch`` is the supposed number of requests at once; ``billions`` that of the model's parameters.
    """

    energy_wh: float
    carbon_g: float
    tokens: int
    billions: float
    batch: int


def estimate(tokens: int, *, billions: float, batch: int) -> Generation:
    """The estimate for a dense model of ``billions`` of parameters, French electricity.

    Raises
    ------
    MissingExtra
        EcoLogits is not installed (extra ``assistant``).
    """
    try:
        from ecologits.electricity_mix_repository import electricity_mixes
        from ecologits.impacts.llm import compute_llm_impacts
    except ModuleNotFoundError:
        raise MissingExtra("ecologits", "assistant") from None
    mix = electricity_mixes.find_electricity_mix(ZONE)
    found = compute_llm_impacts(
        billions,
        billions,
        tokens,
        mix.adpe,
        mix.pe,
        mix.gwp,
        mix.wue,
        PUE,
        WUE_L_PER_KWH,
        batch_size=batch,
    )
    return Generation(1e3 * _central(found.energy.value), 1e3 * _central(found.gwp.value), tokens, billions, batch)


def _central(value: object) -> float:
    """A figure, or the middle of a range."""
    low, high = getattr(value, "min", value), getattr(value, "max", value)
    return (float(low) + float(high)) / 2  # type: ignore[arg-type]
