"""Every page in a real browser: accessible in light and dark, whole at 320 pixels and with text twice as large."""

from typing import Any

import pytest

from portal import addresses
from portal.browser.conftest import Open, Site, violations

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
CONTRAST_ALONE = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


SIGNED_IN = frozenset(
    {"account", "administration", "managed_account", "grants", "audit", "add_data", "declare", "declaration", "deal"}
    | {"ask", "study", "dataset", "run", "publication"}
    | {"register", "card", "card_new", "card_edit", "card_move", "card_publish"}
)
"""Pages that say more to an administrator than to others; the rest is read as one in the slow tests alone."""


SOME, EVERY = 3, 1000
"""Addresses that are looked at for each page; those of one page differ by what they show, not by how."""


def _pages() -> list[Any]:
    names = addresses.page_names()
    return [
        *(pytest.param(name, "", SOME, id=name) for name in names),
        *(pytest.param(name, "administrator", SOME, id=f"{name}-signed-in") for name in names if name in SIGNED_IN),
        *(
            pytest.param(name, role, EVERY, id=f"{name}-{role or 'public'}-every", marks=pytest.mark.slow)
            for name in names
            for role in ("", "administrator")
        ),
    ]


@pytest.mark.parametrize(("name", "role", "most"), _pages())
def test_a_page_has_no_fault_of_accessibility_and_no_sideways_scroll(
    visit: Open, site: Site, axe: str, name: str, role: str, most: int
) -> None:
    watched = visit(role, viewport=WIDE, color_scheme="light")
    found = []
    for path in addresses.of_route(site.workspace, name)[-most:]:
        answer = watched.open(path, status=None)
        assert answer.headers["content-type"].startswith("text/html"), path
        assert answer.status in addresses.statuses(name, path, signed_in=bool(role)), f"{path}: {answer.status}"
        found += [f"{path}: {one}" for one in _faults(watched.page, axe)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/nowhere", "/reponses/nothing", "/territoire/99999"])
def test_so_has_a_page_that_is_not_there(visit: Open, axe: str, path: str) -> None:
    watched = visit(viewport=WIDE, color_scheme="light")
    watched.open(path, status=404)
    assert not _faults(watched.page, axe)


def _faults(page: Any, axe: str) -> list[str]:
    found = violations(page, axe)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in violations(page, axe, **CONTRAST_ALONE)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    found += [f"320 px: {one}" for one in _wider(page)]
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"text twice as large: {one}" for one in _wider(page)]
    return found


def _wider(page: Any) -> list[str]:
    """What makes a page scroll sideways; nothing if it does not."""
    return page.evaluate(
        """() => {
          const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
          if (wide <= room) return [];
          const hidden = one => one.closest(".wide, pre, .skip") && !one.matches(".wide, pre");
          const causes = [...document.querySelectorAll("body *")].filter(
            one => one.getBoundingClientRect().right > room + 1 && !hidden(one));
          return [`${wide} over ${room}: ${causes.slice(0, 4).map(one => one.outerHTML.slice(0, 90)).join(" | ")}`];
        }"""
    )
