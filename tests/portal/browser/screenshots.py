"""Pictures of every page to look at: ``python tests/portal/browser/screenshots.py WORKSPACE FOLDER``, run by hand.

Each page at 1280 and 360 pixels, light and dark, as somebody who has not signed in; with ``LOGIN:PASSWORD`` as a third
argument, as that person. The workspace is served while it lasts.
"""

import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import uvicorn
from playwright.sync_api import sync_playwright

from agglo.portal import app
from agglo.portal.html import anchor
from agglo.store.workspace import Workspace, open_workspace
from portal import addresses
from portal.browser.conftest import FLAGS

WIDTHS, SCHEMES = (1280, 360), ("light", "dark")


def main(folder: str, target: str, who: str = "") -> None:
    """Serve, visit, keep the pictures."""
    workspace, pictures = open_workspace(Path(folder)), Path(target)
    pictures.mkdir(parents=True, exist_ok=True)
    with _served(workspace) as site, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for width in WIDTHS:
            for scheme in SCHEMES:
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page = context.new_page()
                _sign_in(page, site, who)
                for name in addresses.page_names():
                    for path in addresses.of_route(workspace, name):
                        page.goto(site + path)
                        page.screenshot(path=pictures / f"{_named(name, path)}-{width}-{scheme}.png", full_page=True)
                context.close()
        browser.close()


def _named(name: str, path: str) -> str:
    return f"{name}-{anchor(path)}"[:120]


def _sign_in(page: Any, site: str, who: str) -> None:
    if who:
        login, _colon, password = who.partition(":")
        page.goto(f"{site}/connexion")
        page.fill("#f-login", login)
        page.fill("#f-password", password)
        page.click("main form[method=post] button")


@contextmanager
def _served(workspace: Workspace) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app.create(workspace), log_level="warning", lifespan="off", ws="none"))
    served = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    served.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        served.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
