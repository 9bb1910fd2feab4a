"""The zoomable map in a real browser, with the whole content policy in place."""

import shutil
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agglo.portal.map import description
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import open_workspace
from portal.browser.conftest import Open, Site, Watched, violations

pytestmark = pytest.mark.skipif(
    not description.built(), reason="The map's files are not made: .venv/bin/python scripts/frontend"
)
WIDE = {"width": 1280, "height": 900}


def land_layers(site: Site) -> list[str]:
    runs = [Run(Sealed(folder)) for folder in sorted(site.workspace.runs.iterdir())]
    return [f"run-{run.id}.indicators" for run in runs if run.content["model"]["id"] == "land.sinks"]


def opened(watched: Watched, query: str = "") -> Any:
    watched.open(f"/carte?lang=en{query}")
    page = watched.page
    assert not [one for one in watched.requests if "/map/" in one], (
        "nothing of the map is loaded before it is asked for"
    )
    page.click("#open-map")
    page.wait_for_selector("#map[data-state=drawn]")
    assert page.locator("#map").get_attribute("data-error") is None
    page.locator(".map-sides").scroll_into_view_if_needed()
    return page


def point_at(page: Any, across: float, down: float) -> str:
    box = page.locator(".map-sides").bounding_box()
    page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.wait_for_timeout(50)
    return page.locator(".map-box").inner_text() if page.locator(".map-box").is_visible() else ""


def colours(page: Any) -> int:
    """How many colours the map shows: a map that has not drawn shows one."""
    import base64

    picture = base64.b64encode(page.locator(".map-sides").screenshot()).decode()
    return page.evaluate(
        """async picture => {
          const bytes = Uint8Array.from(atob(picture), one => one.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
          const canvas = new OffscreenCanvas(image.width, image.height), drawn = canvas.getContext("2d");
          drawn.drawImage(image, 0, 0);
          const data = new Uint32Array(drawn.getImageData(0, 0, image.width, image.height).data.buffer);
          const counts = {};
          for (const one of data) counts[one] = (counts[one] ?? 0) + 1;
          return Object.values(counts).filter(one => one > data.length / 500).length;
        }""",
        picture,
    )


def test_the_map_is_drawn_on_demand_and_read_with_the_pointer(visit: Open, site: Site) -> None:
    watched = visit(viewport=WIDE)
    page = opened(watched, f"&couches={land_layers(site)[0]}")
    assert colours(page) >= 4
    said = point_at(page, 0.5, 0.5)
    assert "tCO₂/yr" in said
    assert point_at(page, 0.02, 0.02) == "", "nothing is said outside of the territory"
    point_at(page, 0.5, 0.5)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/territoire/91*")
    assert said.splitlines()[0] in page.locator("h1").inner_text()


def test_the_map_is_used_with_the_keyboard_alone(visit: Open, site: Site) -> None:
    page = opened(visit(viewport=WIDE), f"&couches={land_layers(site)[0]}")
    said = page.locator(".map-said")
    assert page.evaluate("document.activeElement.dataset.zoom") == "in", "the first button of the map has the focus"
    for _press in range(6):
        if page.evaluate("document.activeElement.tagName") == "CANVAS":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Zoomable map: ")
    first = said.inner_text()
    assert "tCO₂/yr" in first
    assert page.locator(".map-cross").is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('.map-said').textContent !== before", arg=first)
    name = said.inner_text().split(" – ")[0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/territoire/91*")
    assert name in page.locator("h1").inner_text()


def test_buttons_zoom_and_come_back(visit: Open) -> None:
    page = opened(visit(viewport=WIDE))
    frame, levels = page.locator("#map"), []
    for zoom in ("whole", "in", "in", "out", "whole"):
        page.click(f'[data-zoom="{zoom}"]')
        page.wait_for_timeout(200)
        levels.append(float(frame.get_attribute("data-zoom-level")))
    whole, once, twice, back, again = levels
    assert (once, twice, back, again) == pytest.approx((whole + 1, whole + 2, whole + 1, whole), abs=0.02)


def test_two_answers_are_swiped_with_the_keyboard(visit: Open, site: Site) -> None:
    one, two = land_layers(site)[:2]
    page = opened(visit(viewport=WIDE), f"&couches={one},{two}")
    assert page.locator(".map-side canvas").count() == 2
    bar = page.get_by_label("Where the first answer ends and the second begins")
    bar.focus()
    half = colours(page)
    page.keyboard.press("Home")
    assert bar.get_attribute("aria-valuetext") == "first answer on 0 % of the width"
    second = page.locator(".map-sides").screenshot()
    page.keyboard.press("End")
    assert page.locator(".map-sides").screenshot() != second
    assert half >= 3
    said = point_at(page, 0.5, 0.5)
    assert said.count("tCO₂/yr") == 2, "both answers are read at once"
    box = page.locator(".map-sides").bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.up()
    centres = page.evaluate(
        "[...document.querySelectorAll('.map-side canvas')].map(one => one.width + 'x' + one.height)"
    )
    assert len(set(centres)) == 1


def test_colours_follow_the_dark_mode(visit: Open, site: Site) -> None:
    page = opened(visit(viewport=WIDE, color_scheme="light"), f"&couches={land_layers(site)[0]}")
    light = page.locator(".map-sides").screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(500)
    assert page.locator(".map-sides").screenshot() != light
    assert colours(page) >= 4


def test_a_large_layer_is_read_as_tiles(visit: Open, site: Site) -> None:
    watched = visit(viewport=WIDE)
    version = next((site.workspace.datasets / "grid").iterdir()).name
    page = opened(watched, f"&couches=dataset-grid@{version}&indicateur=wet")
    asked = [one for one in watched.requests if ".pmtiles" in one]
    assert asked
    assert not [one for one in watched.requests if "collections/dataset-grid" in one]
    assert colours(page) >= 4
    assert "Rain: " in point_at(page, 0.5, 0.5)
    assert " m" in point_at(page, 0.5, 0.5)


def test_the_open_map_has_no_fault_of_accessibility_light_or_dark(visit: Open, site: Site, axe: str) -> None:
    one, two = land_layers(site)[:2]
    page = opened(visit(viewport=WIDE, color_scheme="light"), f"&couches={one},{two}")
    assert not violations(page, axe)
    page.emulate_media(color_scheme="dark")
    assert not violations(page, axe)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_french_words_are_on_the_map(visit: Open) -> None:
    watched = visit(viewport=WIDE)
    watched.open("/carte?lang=fr")
    content = watched.page.evaluate("JSON.parse(document.getElementById('map').dataset.map).words")
    assert watched.page.locator("html").get_attribute("lang") == "fr"
    assert set(content["maplibre"]) == {
        "Map.Title",
        *(f"CooperativeGesturesHandler.{kind}HelpText" for kind in ("Windows", "Mac", "Mobile")),
    }


def test_a_browser_without_webgl_is_told_and_keeps_the_drawn_map(visit: Open) -> None:
    watched = visit(viewport=WIDE)
    page = watched.page
    page.add_init_script(
        "const given = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        " return kind.startsWith('webgl') ? null : given.call(this, kind, ...more); };"
    )
    watched.open("/carte?lang=en")
    page.click("#open-map")
    page.get_by_role("status").filter(has_text="The map cannot be shown by this browser").wait_for()
    assert page.locator("#map").is_hidden()
    assert page.locator("figure.map").first.is_visible()
    watched.complaints.clear()


def _png() -> bytes:
    """A picture of 256 by 256 red points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\0\0" * 256) * 256
    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class _Tiles(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.end_headers()
        self.wfile.write(_png())

    def log_message(self, *_parts: Any) -> None:
        """Say nothing."""


@pytest.fixture
def with_background(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, str]]:
    """A portal whose map lies on tiles of another site, and the address of that site."""
    import socket

    import uvicorn

    from agglo.portal import app

    tiles = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    threading.Thread(target=tiles.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{tiles.server_port}"
    monkeypatch.setenv("AGGLO_MAP_BACKGROUND", f"{address}/wmts?LAYER=PLAN&z={{z}}&y={{y}}&x={{x}}")
    shutil.copytree(example, tmp_path / "workspace", symlinks=True)
    workspace = open_workspace(tmp_path / "workspace")
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app.create(workspace), log_level="warning", lifespan="off", ws="none"))
    served = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    served.start()
    yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", workspace), address
    server.should_exit = True
    served.join()
    tiles.shutdown()
    tiles.server_close()
    listening.close()


def test_tiles_of_another_site_are_shown_where_a_setting_names_it(
    visit: Open, with_background: tuple[Site, str]
) -> None:
    site, address = with_background
    watched = visit(viewport=WIDE)
    watched.site, watched.allowed = site, (address,)
    page = opened(watched, "&couches=communes")
    assert [one for one in watched.requests if one.startswith(f"{address}/wmts?LAYER=PLAN&z=")]
    assert "Background: 127.0.0.1" in page.locator("#map").inner_text()
    assert colours(page) >= 4
