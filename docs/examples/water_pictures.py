"""The pictures of the guides of water: ``python docs/examples/water_pictures.py FOLDER``, run by hand.

They are drawn from the answers of the models on Clairvane, a made-up town, and each says so. Needs the extras ``water``
and ``report``.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

WIDTH = 760
COLOURS = {"bas": "#0072b2", "val": "#d55e00", "haut": "#009e73"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "made_up": "Clairvane, a made-up town, not Paris-Saclay",
        "network": "The network: three sectors, their sensors, and the two pipes to repair",
        "nights": "Night flow of each sector, and when an alarm was raised",
        "measures": "What each measure would save in a year [€/yr], and its bounds",
        "sector": "sector",
        "night_flow": "night flow, 2 h to 4 h [m³/h]",
        "raised": "alarm",
        "repair": "to repair",
    },
    "fr": {
        "made_up": "Clairvane, ville inventée, pas Paris-Saclay",
        "network": "Le réseau : trois secteurs, leurs capteurs, et les deux conduites à réparer",
        "nights": "Débit de nuit de chaque secteur, et jour où une alarme est levée",
        "measures": "Ce que chaque mesure ferait gagner par an [€/an], et ses bornes",
        "sector": "secteur",
        "night_flow": "débit de nuit, de 2 h à 4 h [m³/h]",
        "raised": "alarme",
        "repair": "à réparer",
    },
}
SECTOR_OF = {"B": "bas", "V": "val", "H": "haut"}
"""The sector of a junction by the first letter of its name."""


def main(target: str) -> None:
    """Ask, draw, and write ``water-NAME.png`` and ``eau-NAME.png`` in the folder."""
    for language, prefix in (("en", "water"), ("fr", "eau")):
        os.environ["AGGLO_LANGUAGE"] = language
        with TemporaryDirectory() as folder:
            for name, chart in charts(Path(folder), language):
                _write(chart, Path(target) / f"{prefix}-{name}.png", language)


def _write(chart: Any, path: Path, language: str) -> None:
    """A PNG of few colours, which weighs little."""
    import vl_convert
    from PIL import Image

    locale = {"fr": "fr-FR", "en": "en-US"}[language]
    drawn = vl_convert.vegalite_to_png(chart.to_dict(), scale=1.4, format_locale=locale, time_format_locale=locale)
    with Image.open(BytesIO(drawn)) as image:
        image.convert("RGB").quantize(48).save(path, optimize=True)


def charts(folder: Path, language: str) -> Iterator[tuple[str, Any]]:
    """Each picture by name, of answers that are computed in ``folder``."""
    from agglo.cli import demo_water
    from agglo.store.workspace import open_workspace

    answers = demo_water.ask(open_workspace(folder / "workspace"), lambda _fraction, _text: None)
    alarms = answers.rows("water.alarms", "alarms")
    yield "network", network(language)
    yield "nights", nights(answers.rows("water.night-flow", "nights"), alarms, language)
    yield "repairs", measures(answers.rows("water.what-if", "measures"), language)


def network(language: str) -> Any:
    """Pipes by sector, sensors, and the pipes to repair."""
    import altair as alt

    from agglo.models.water.hydraulics import network as networks
    from agglo.models.water.town import files, sensors

    town, words = networks.read(files.BUNDLED / files.INP_FILE), WORDS[language]
    pipes = [
        {
            "x": start.x, "y": start.y, "x2": end.x, "y2": end.y, "pipe": one.id,
            "sector": SECTOR_OF.get(end.id[0], SECTOR_OF.get(start.id[0], "bas")),
        }
        for one in town.links.values()
        for start, end in [(town.nodes[one.start], town.nodes[one.end])]
    ]  # fmt: skip
    broken = [
        one | {"name": f"{one['pipe']}, {words['repair']}", "x": (one["x"] + one["x2"]) / 2}
        for one in pipes
        if one["pipe"] in ("C202", "C284")
    ]
    placed = [
        {"x": node.x, "y": node.y, "sensor": one.id}
        for one in sensors.sensors(town)
        if one.node
        for node in [town.nodes[one.node]]
    ]
    axes = {"x": alt.X("x:Q", axis=None), "y": alt.Y("y:Q", axis=None)}
    drawn = (
        alt.Chart(alt.Data(values=pipes))
        .mark_rule(strokeWidth=1.4)
        .encode(**axes, x2="x2:Q", y2="y2:Q", color=_colour(words))
    )
    points = alt.Chart(alt.Data(values=placed)).mark_point(shape="triangle-up", filled=True, size=70, color="#222")
    holes = alt.Chart(alt.Data(values=broken))
    marks = holes.mark_point(size=320, strokeWidth=3, color="#cc0000")
    words_at = {"dy": -24, "fontSize": 14, "fontWeight": "bold", "color": "#aa0000"}
    halo = holes.mark_text(**words_at, stroke="white", strokeWidth=6).encode(**axes, text="name:N")
    texts = holes.mark_text(**words_at).encode(**axes, text="name:N")
    layers = (drawn, points.encode(**axes), marks.encode(**axes), halo, texts)
    return _titled(alt.layer(*layers), words, "network", 440)


def nights(rows: list[dict[str, Any]], alarms: list[dict[str, Any]], language: str) -> Any:
    """Night flow by day and sector, and the days on which alarms were raised."""
    import altair as alt

    words = WORDS[language]
    held = [{"night": f"{one['night']}"[:10], "flow": one["mean_flow_m3_h"], "sector": one["sector"]} for one in rows]
    days = [
        {
            "night": one["raised"][:10],
            "sector": one["sector"],
            "name": f"{words['raised']}, {one['sector']}",
            "top": 10.9 - rank * 0.6,
        }
        for rank, one in enumerate(alarms)
    ]
    x = alt.X("night:T", axis=alt.Axis(title=None, format="%d/%m", tickCount=8))
    y = alt.Y("flow:Q", scale=alt.Scale(domain=[0, 11.5]), axis=alt.Axis(title=words["night_flow"]))
    line = (
        alt.Chart(alt.Data(values=held))
        .mark_line(point=True, strokeWidth=2)
        .encode(x=x, y=y, color=_colour(words), strokeDash=alt.StrokeDash("sector:N", legend=None))
    )
    said = alt.Chart(alt.Data(values=days))
    rule = said.mark_rule(strokeWidth=2, strokeDash=[6, 4]).encode(x="night:T", color=_colour(words))
    at = {"align": "right", "dx": -6, "fontSize": 13, "fontWeight": "bold"}
    placed = {"x": "night:T", "y": alt.Y("top:Q"), "text": "name:N"}
    halo = said.mark_text(**at, color="white", stroke="white", strokeWidth=8).encode(**placed)
    label = said.mark_text(**at).encode(**placed, color=_colour(words))
    return _titled(alt.layer(line, rule, halo, label), words, "nights", 320)


def measures(rows: list[dict[str, Any]], language: str) -> Any:
    """Euros a year saved by each measure, with its bounds."""
    import altair as alt

    words = WORDS[language]
    held = [
        {
            "title": one["title"],
            "eur": one["saved_eur_yr"],
            "low": one["saved_eur_yr_low"],
            "high": one["saved_eur_yr_high"],
        }
        for one in rows
    ]
    data = alt.Chart(alt.Data(values=held))
    y = alt.Y("title:N", sort=None, axis=alt.Axis(title=None, labelLimit=260))
    bars = data.mark_bar(color="#0072b2", height=20).encode(x=alt.X("eur:Q", axis=alt.Axis(title=None)), y=y)
    bounds = data.mark_rule(strokeWidth=3, color="#222").encode(x="low:Q", x2="high:Q", y=y)
    figures = data.mark_text(align="left", dx=8, fontSize=13).encode(
        x="high:Q", y=y, text=alt.Text("eur:Q", format=",.0f")
    )
    return _titled(alt.layer(bars, bounds, figures), words, "measures", 200)


def _colour(words: Mapping[str, str]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[*COLOURS], range=[*COLOURS.values()])
    return alt.Color("sector:N", scale=scale, legend=alt.Legend(title=words["sector"], orient="right"))


def _titled(chart: Any, words: Mapping[str, str], name: str, height: int) -> Any:
    import altair as alt

    title = alt.TitleParams(words[name], subtitle=words["made_up"], anchor="start", fontSize=16, subtitleFontSize=13)
    return chart.properties(width=WIDTH - 160, height=height, title=title, background="white").configure_view(
        stroke=None
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
