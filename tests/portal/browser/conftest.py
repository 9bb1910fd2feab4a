"""A real browser before a real portal: Chromium, and ``agglo serve`` on a copy of the example with a few accounts.

Whatever a page makes the browser complain of (an error on the console, the content policy broken, a request to another
site) fails the test that opened it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from agglo.store.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / ".venv" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "seven grey herons at dawn"
ROLES = ("contributor", "administrator")
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_S = 60.0


@dataclass(frozen=True)
class Site:
    """A portal that is being served: its address, its workspace, and the ways to sign in to it."""

    address: str
    workspace: Workspace
    sessions: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Browser tests need playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Browser tests need Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield made
        made.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which looks for faults of accessibility."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: .venv/bin/python scripts/frontend test")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site(example: Path, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """``agglo serve`` on a copy of the example, published, with an account for each role, a deal and a declaration."""
    folder = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(example, folder, symlinks=True)
    workspace = open_workspace(folder)
    _furnish(workspace)
    port = _free_port()
    log = (folder.parent / "serve.log").open("w")
    environment = {**os.environ, "AGGLO_LANGUAGE": "en", "PYTHONPATH": str(_with_echo(folder.parent / "site"))}
    command = [
        sys.executable,
        "-c",
        "from agglo.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--workspace",
        str(folder),
    ]
    served = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", served, folder.parent / "serve.log")
        yield Site(f"http://127.0.0.1:{port}", workspace)
    finally:
        served.send_signal(signal.SIGINT)
        try:
            served.wait(20)
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()
        log.close()


DECLARATION = (
    "--project water --partner Laboratory --author manager --tokens-in 1000 --tokens-out 500 --wh-per-1000-tokens 0.3"
    " --source supplier"
)


def _furnish(workspace: Workspace) -> None:
    from agglo import cli
    from agglo.trust.access import examples
    from agglo.trust.access.people import operator
    from agglo.trust.accounts import accounts

    examples.publish(workspace, operator(workspace), "local-green-deal")
    for words in ("deal add paris-saclay", f"footprint declare {DECLARATION}"):
        assert cli.run([*words.split(), "--workspace", str(workspace.root)]) == 0
    for role in ROLES:
        accounts.add(workspace, f"{role}.1", PASSWORD, role=role, name=f"Person {role}", by="actor-000000000000")

    add_grid(workspace, workspace.root.parent)


def add_grid(workspace: Workspace, folder: Path) -> None:
    """A public dataset with more shapes than are sent as GeoJSON, so that the map reads it as tiles."""
    from agglo.catalogue import datasets
    from agglo.trust.access import visibility
    from agglo.trust.access.people import operator
    from agglo.trust.access.rules import Asset

    cells = [
        {
            "type": "Feature",
            "properties": {"row": row, "wet": row * column / 10},
            "geometry": {"type": "Polygon", "coordinates": [_square(2.1 + column / 200, 48.62 + row / 400)]},
        }
        for row in range(GRID)
        for column in range(GRID)
    ]
    (folder / "grid.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": cells}))
    fields = [
        {"name": "row", "type": "integer"},
        {"name": "wet", "type": "number", "unit": "m", "title": {"en": "Rain", "fr": "Pluie"}},
        {"name": "geometry", "type": "geometry"},
    ]
    (folder / "grid.json").write_text(json.dumps({"name": "grid", "title": {"en": "Grid"}, "fields": fields}))
    about = {"title": "Rain by cell", "licence": "Licence Ouverte 2.0", "source": "made up", "owner": "nobody"}
    added = datasets.add(workspace, folder / "grid.geojson", name="grid", schema=str(folder / "grid.json"), **about)
    asset = Asset("dataset", added.dataset.reference)
    visibility.set_(workspace, operator(workspace), asset, "public", example=True)


GRID = 50


def _square(west: float, south: float) -> list[list[float]]:
    east, north = west + 1 / 200, south + 1 / 400
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _with_echo(folder: Path) -> Path:
    """A folder that offers the model ``echo``, as an installed package would."""
    about = folder / "echo_offered-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: echo-offered\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[agglo.models]\necho = agglo.models.echo:echo\n", encoding="utf-8")
    return folder


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(address: str, served: "subprocess.Popen[bytes]", log: Path) -> None:
    until = monotonic() + _START_S
    while monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            if served.poll() is not None:
                break
            sleep(0.1)
    raise RuntimeError(f"The portal did not start:\n{log.read_text()[-4000:]}")


@dataclass
class Watched:
    """A page that is watched: what it complained of, and what it asked for."""

    page: Any
    site: Site
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    """Addresses whose error status is what the test is about."""
    allowed: tuple[str, ...] = ()
    """Beginnings of addresses of other sites that a setting allows."""

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message: Any) -> None:
        place = (message.location or {}).get("url", "")
        refused = "Failed to load resource" in message.text and place in self.expected
        if message.type in {"error", "warning"} and not refused and not _of_the_machine(message.text):
            self.complaints.append(f"{message.type}: {message.text} ({place})")

    def open(self, path: str, *, status: int | None = 200) -> Any:
        """Go to a path of the portal; the status of the answer is checked unless it is None."""
        address = path if path.startswith("http") else self.site.address + path
        if status != 200:
            self.expected.add(address)
        answer = self.page.goto(address, wait_until="load")
        if status is not None:
            assert answer.status == status, f"{address}: {answer.status}"
        return answer

    def foreign(self) -> list[str]:
        """Addresses asked for that are not this portal's."""
        return [
            one for one in self.requests if not one.startswith((self.site.address, "data:", "blob:", *self.allowed))
        ]


def _of_the_machine(text: str) -> bool:
    """Whether a warning comes from the drawing of WebGL by the processor, not from the page."""
    return "GL Driver Message" in text or ("WebGL" in text and "software" in text.lower())


Open = Callable[..., Watched]


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Open]:
    """Open a page of its own: ``visit(role="administrator", viewport=..., java_script_enabled=False)``."""
    contexts: list[tuple[Any, Watched]] = []

    def make(role: str = "", **options: Any) -> Watched:
        if role:
            options["storage_state"] = _session(browser, site, role)
        context = browser.new_context(locale="en-GB", reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        watched = Watched(context.new_page(), site)
        contexts.append((context, watched))
        return watched

    yield make
    complaints = [complaint for _context, watched in contexts for complaint in watched.complaints]
    foreign = [address for _context, watched in contexts for address in watched.foreign()]
    for context, _watched in contexts:
        context.close()
    assert not complaints, complaints
    assert not foreign, foreign


def _session(browser: Any, site: Site, role: str) -> Any:
    """The cookies of somebody of that role who has signed in, once for all tests."""
    if role not in site.sessions:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{site.address}/connexion?lang=en")
        sign_in(page, role)
        site.sessions[role] = context.storage_state()
        context.close()
    return site.sessions[role]


def sign_in(page: Any, role: str, password: str = PASSWORD) -> None:
    """Fill in and send the form of the sign-in page."""
    page.fill("#f-login", f"{role}.1")
    page.fill("#f-password", password)
    page.click("main form[method=post] button")


def violations(page: Any, axe: str, **options: Any) -> list[str]:
    """What axe-core finds wrong in a page, in words."""
    page.evaluate(axe)
    found = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **options})
    return [
        f"{one['id']} ({one['help']}): {json.dumps([node['target'] for node in one['nodes']][:5])}"
        f" {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
    ]
