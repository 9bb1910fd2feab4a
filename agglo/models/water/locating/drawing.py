"""The map of leaks as a drawing of its own (SVG), in French and in English: pipes, sensors, leaks by their number.

What is likely is both thicker and darker, so that the map reads in grey; nothing is told by colour alone. Numbers are
the rows of the table ``leaks``.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import hypot
from textwrap import wrap

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.frame import HEIGHT, MARGIN, WIDTH, Frame, Point, bar, fitted, free_place
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.setting import Setting
from agglo.models.water.locating.tables import ends_of, masses, middle

CLASSES = (
    (0.5, 9.0, "#5f0f1e", "50 %"),
    (0.2, 7.0, "#9c2433", "20 %"),
    (0.05, 5.0, "#cc5a4c", "5 %"),
    (0.0, 3.5, "#e59a7d", "0 %"),
)
"""Least probability of a class, its width [pixels], its colour (darker is likelier) and its name."""
MOST_LEAKS = 20
"""Leaks that have a number on the map; the others are in the table."""
LEGEND_WIDTH = 300.0
LINE = 17.0
_NO_PLACES = ("Pas de carte : aucune coordonnée n'est connue.", "No map: no coordinates are known.")
_TITLE = ("Fuites les plus probables", "Most likely leaks")
_SIGNS: Mapping[str, tuple[str, str]] = {
    "pressure": ("Capteur de pression", "pressure sensor"),
    "flow": ("Débitmètre", "flow meter"),
    "level": ("Niveau de réservoir", "tank level"),
}


def drawn(leaks: Sequence[Leak], setting: Setting) -> str:
    """The map of the leaks that flow, whole; where nothing has coordinates it says so."""
    numbered = [(rank, one) for rank, one in enumerate(leaks, 1) if one.flowing][:MOST_LEAKS]
    points = [*_points(setting.network), *_sensor_points(setting).values()]
    parts = [*_head(numbered, setting), f'<rect width="{_n(WIDTH + LEGEND_WIDTH)}" height="{_n(HEIGHT)}" fill="#fff"/>']
    frame = fitted(points) if points else None
    if frame is None:
        parts += [_text(MARGIN, 60 + LINE * rank, text) for rank, text in enumerate(_NO_PLACES)]
    else:
        parts += [*_pipes(leaks, setting, frame), *_sensors(setting, frame), *_numbers(numbered, setting, frame)]
        parts += [*_scale(setting.network, frame)]
    return "\n".join([*parts, *_legend(numbered, setting, mapped=frame is not None), "</svg>", ""])


def _head(numbered: Sequence[tuple[int, Leak]], setting: Setting) -> Iterator[str]:
    title = " · ".join((*_TITLE, *([setting.caption] if setting.caption else [])))
    listed = " ; ".join(f"{rank} : {_where(one, setting)}" for rank, one in numbered)
    none = "Aucune fuite ne coule. No leak flows."
    said = f"Fuites par numéro. Leaks by number. {listed}." if numbered else none
    caption = f" {setting.caption}" if setting.caption else ""
    size = f"0 0 {_n(WIDTH + LEGEND_WIDTH)} {_n(HEIGHT)}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" lang="fr" '
        'aria-labelledby="map-title map-description" font-family="sans-serif" font-size="13">'
    )
    yield f'<title id="map-title">{escape(title)}</title>'
    yield f'<desc id="map-description">{escape(said + caption)}</desc>'


def _where(leak: Leak, setting: Setting) -> str:
    """Where a leak is, in words that are the same in both languages."""
    place = leak.pipe or leak.sensor
    return ", ".join(part for part in (place, setting.title_of(leak.sector)) if part) or "?"


def _points(network: Network | None) -> list[Point]:
    nodes = network.nodes.values() if network else ()
    return [(one.x, one.y) for one in nodes if one.x is not None and one.y is not None]


def _sensor_points(setting: Setting) -> dict[str, Point]:
    """Sensors that lie somewhere on the model, by name."""
    found: dict[str, Point] = {}
    for name, place in setting.places.items():
        node = setting.network.nodes.get(place.node) if setting.network else None
        if node is not None and node.x is not None and node.y is not None:
            found[name] = (node.x, node.y)
        elif (point := middle(place.link, setting.network)) is not None:
            found[name] = point
    return found


def _pipes(leaks: Sequence[Leak], setting: Setting, frame: Frame) -> Iterator[str]:
    network = setting.network
    if network is None:
        return
    held = masses(leaks)
    plain = [name for name in network.links if name not in held]
    for name in [*plain, *sorted(held, key=lambda pipe: held[pipe][0])]:
        ends = ends_of(name, network)
        if ends is None:
            continue
        (x1, y1), (x2, y2) = frame.at(ends[:2]), frame.at(ends[2:])
        mass = held[name][0] if name in held else None
        width, colour = (1.0, "#7a7a7a") if mass is None else _class(mass)[1:3]
        line = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
        yield f'<line {line} stroke="{colour}" stroke-width="{_n(width)}" stroke-linecap="round"/>'


def _class(mass: float) -> tuple[float, float, str, str]:
    return next(one for one in CLASSES if mass >= one[0])


def _sensors(setting: Setting, frame: Frame) -> Iterator[str]:
    for name, point in _sensor_points(setting).items():
        yield _sign(setting.places[name].kind, *frame.at(point), name)


def _sign(kind: str, x: float, y: float, name: str = "") -> str:
    """A triangle for a pressure, a square for a flow, a diamond for a level."""
    shapes = {"pressure": ((0, -6), (5.5, 4), (-5.5, 4)), "flow": ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5))}
    shape = shapes.get(kind, ((0, -6), (6, 0), (0, 6), (-6, 0)))
    points = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in shape)
    title = f"<title>{escape(name)}</title>" if name else ""
    return f'<polygon points="{points}" fill="#fff" stroke="#000" stroke-width="1.5">{title}</polygon>'


def _numbers(numbered: Sequence[tuple[int, Leak]], setting: Setting, frame: Frame) -> Iterator[str]:
    sensors = _sensor_points(setting)
    taken: list[Point] = []
    for rank, one in numbered:
        point = middle(one.pipe, setting.network) or sensors.get(one.sensor)
        if point is None:
            continue
        x, y = frame.at(point)
        at = free_place(x, y, taken)
        taken.append(at)
        if hypot(at[0] - x, at[1] - y) > 1:
            yield f'<line x1="{_n(x)}" y1="{_n(y)}" x2="{_n(at[0])}" y2="{_n(at[1])}" stroke="#000"/>'
        yield _number(rank, *at, sure=one.told(setting.least))


def _number(rank: int, x: float, y: float, *, sure: bool) -> str:
    """A number on a black disc where the pipe is told, in a dashed circle where it is not."""
    look = 'fill="#000" stroke="#000"' if sure else 'fill="#fff" stroke="#000" stroke-dasharray="3 2"'
    ink = "#fff" if sure else "#000"
    disc = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="10" {look}/>'
    place = f'x="{_n(x)}" y="{_n(y + 4)}"'
    return f'{disc}<text {place} text-anchor="middle" font-weight="bold" font-size="11" fill="{ink}">{rank}</text>'


def _scale(network: Network | None, frame: Frame) -> Iterator[str]:
    """A bar, its length taken from the lengths of pipes: coordinates may be in any unit."""
    if network is None:
        return
    found = bar([(ends_of(name, network), network.links[name].length_m) for name in network.of_kind("pipe")], frame)
    if found is None:
        return
    pixels, metres = found
    y = HEIGHT - 10
    yield f'<path d="M{_n(MARGIN)} {_n(y - 5)}v5h{_n(pixels)}v-5" fill="none" stroke="#000" stroke-width="1.5"/>'
    yield _text(MARGIN + pixels + 6, y, f"≈ {metres:g} m")


def _legend(numbered: Sequence[tuple[int, Leak]], setting: Setting, *, mapped: bool) -> Iterator[str]:
    x, y = WIDTH + 10, 24.0
    for text, weight in ((_TITLE[0], "bold"), (_TITLE[1], "normal"), (setting.caption, "bold")):
        for line in _wrapped(text):
            yield _text(x, y, line, weight=weight)
            y += LINE
    y += 6
    if mapped and setting.network:
        yield from _keys(x, y)
        y += LINE * 10 + 30
    if numbered:
        yield _text(x, y, "Numéros de la table / rows of the table", weight="bold")
        y += 24
    yield from _listed(numbered, setting, x, y)


def _listed(numbered: Sequence[tuple[int, Leak]], setting: Setting, x: float, y: float) -> Iterator[str]:
    """Each leak by its number, as long as there is room; the table has them all."""
    room = max(int((HEIGHT - y - LINE) // 24), 0)
    for at, (rank, one) in enumerate(numbered[:room]):
        yield _number(rank, x + 12, y + 24 * at - 4, sure=one.told(setting.least))
        yield _text(x + 34, y + 24 * at, _wrapped(_where(one, setting))[0])
    if not numbered:
        yield _text(x, y, "Aucune fuite ne coule. / No leak flows.")
    elif len(numbered) > room:
        yield _text(x, y + 24 * room, "… → leaks")


def _keys(x: float, y: float) -> Iterator[str]:
    """Classes of probability, signs of sensors, what a dashed number means."""
    yield _text(x, y, "Probabilité de la conduite / of the pipe")
    for rank, (_least, width, colour, name) in enumerate(CLASSES, 1):
        line = f'x1="{_n(x + 2)}" x2="{_n(x + 24)}" y1="{_n(y + LINE * rank - 4)}" y2="{_n(y + LINE * rank - 4)}"'
        yield f'<line {line} stroke="{colour}" stroke-width="{_n(width)}" stroke-linecap="round"/>'
        yield _text(x + 34, y + LINE * rank, f"> {name}".replace(" %", "\u00a0%"))
    for rank, (kind, (french, english)) in enumerate(_SIGNS.items(), 5):
        yield _sign(kind, x + 12, y + LINE * rank - 4)
        yield _text(x + 34, y + LINE * rank, f"{french} / {english}")
    yield _number(1, x + 12, y + LINE * 8 + 2, sure=True)
    yield _text(x + 34, y + LINE * 8 + 6, "Fuite / leak")
    yield _number(1, x + 12, y + LINE * 9 + 8, sure=False)
    yield _text(x + 34, y + LINE * 9 + 12, "Lieu incertain / place not sure")


def _wrapped(text: str, most: int = 38) -> list[str]:
    """A text in lines that fit the legend."""
    return wrap(text, most)


def _text(x: float, y: float, text: str, *, weight: str = "normal") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" font-weight="{weight}" fill="#000">{escape(text)}</text>'


def _n(value: float) -> str:
    """A length to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
