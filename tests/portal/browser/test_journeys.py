"""What people come to do, in a real browser: with everything, with the keyboard alone, and without JavaScript."""

import csv
import io
import re
from typing import Any

import pytest

from portal.browser.conftest import PASSWORD, Open, Watched, sign_in, violations

WIDE = {"width": 1280, "height": 900}
ASK_LAND = "/modeles/land.sinks/demander"
FACTOR = "#f-p-land_take_factor"
MOST_TABS = 120
FIRST_PAGE_KB = 100
FIRST_PAGE_REQUESTS = 25


def answer_of(page: Any) -> str:
    """Wait for the page of an answer; the identifier of the run."""
    page.wait_for_url("**/reponses/*")
    return page.url.rpartition("/")[2].partition("?")[0]


def saved(page: Any, link: Any) -> tuple[str, bytes]:
    """What a link downloads: the name of the file and its content."""
    with page.expect_download() as waited:
        link.click()
    return waited.value.suggested_filename, waited.value.path().read_bytes()


def test_ask_watch_read_compare_and_download(visit: Open) -> None:
    watched = visit("contributor", viewport=WIDE)
    page = watched.page
    watched.open("/modeles?lang=en")
    page.click('main a[href="/modeles/land.sinks"]')
    page.click(f'main a[href="{ASK_LAND}"]')
    page.fill(FACTOR, "0.75")
    page.fill("#f-project", "journey")
    page.get_by_role("button", name="Ask this question").click()
    page.wait_for_url(re.compile("/(demandes|reponses)/"))
    if "/demandes/" in page.url:
        page.locator("#answer").filter(has_text="Read the answer").wait_for(timeout=60_000)
        page.click("#answer")
    run = answer_of(page)
    assert "0.75" in page.locator("main").inner_text()
    name, content = saved(page, page.locator(f'main a[href^="/reponses/{run}/fichiers/"][href$=".csv"]').first)
    assert name.endswith(".csv")
    assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))) > 1
    name, content = saved(page, page.locator(f'main a[href="/reponses/{run}/archive.zip"]'))
    assert content.startswith(b"PK")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/comparer?*")
    assert page.url.count("execution=") == 2
    assert page.locator("main table").count()
    assert page.locator("main figure.map").count()


def test_progress_is_followed_without_reading_the_page_anew(visit: Open, axe: str) -> None:
    watched = visit("contributor", viewport=WIDE, color_scheme="light")
    page = watched.page
    watched.open("/modeles/echo/demander?lang=en")
    page.fill("#f-p-pause", "4")
    page.get_by_role("button", name="Ask this question").click()
    page.wait_for_url("**/demandes/*")
    address = page.url
    page.locator("#said").filter(has_text="It is being computed.").wait_for(timeout=60_000)
    assert not violations(page, axe)
    first = page.locator("#progress").evaluate("one => one.value")
    page.reload()
    assert page.url == address, "a page read anew in the middle finds its question"
    page.locator("#answer").filter(has_text="Read the answer").wait_for(timeout=60_000)
    assert page.locator("#progress").evaluate("one => one.value") == 1 > first
    page.click("#answer")
    answer_of(page)


def test_log_in_be_refused_be_allowed(visit: Open) -> None:
    watched = visit(viewport=WIDE)
    page = watched.page
    watched.open(f"{ASK_LAND}?lang=en")
    assert page.get_by_role("button", name="Ask this question").count() == 0
    page.get_by_role("link", name="Sign in to ask").click()
    watched.expected.add(f"{watched.site.address}/connexion")
    sign_in(page, "contributor", "a wrong password, surely")
    assert page.locator("#faults").is_visible()
    assert page.locator("#f-password").input_value() == ""
    sign_in(page, "contributor")
    page.get_by_role("link", name="My account").wait_for()
    watched.open("/administration", status=403)
    assert page.locator("h1").inner_text()
    watched.open(ASK_LAND)
    assert page.get_by_role("button", name="Ask this question").count() == 1
    watched.open("/compte")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in", exact=True).wait_for()
    watched.open(ASK_LAND)
    assert page.get_by_role("button", name="Ask this question").count() == 0


def tab_to(page: Any, found: str) -> None:
    """Press Tab until the element that has the focus fits; each one on the way can be seen and shows its focus."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """found => {
              const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
              return {
                here: one.matches(found),
                shown: one === document.body || one.closest("svg") !== null || style.outlineStyle !== "none",
                placed: one === document.body || (box.width > 0 && box.right > 0 && box.left < innerWidth),
                what: one.outerHTML.slice(0, 120),
              };
            }""",
            found,
        )
        assert seen["shown"], f"no focus is shown on {seen['what']}"
        assert seen["placed"], f"focus is out of sight on {seen['what']}"
        if seen["here"]:
            return
    pytest.fail(f"{found} is not reached with Tab on {page.url}")


def test_everything_is_done_with_the_keyboard_alone(visit: Open) -> None:
    watched = visit(viewport=WIDE)
    page = watched.page
    watched.open("/?lang=en")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert page.evaluate("document.activeElement.closest('.skip') !== null"), "the first stop goes to the content"
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    watched.open("/connexion")
    tab_to(page, "#f-login")
    page.keyboard.type("contributor.1")
    tab_to(page, "#f-password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="My account").wait_for()
    tab_to(page, '.main a[href="/modeles"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/modeles")
    tab_to(page, 'main a[href="/modeles/land.sinks"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/modeles/land.sinks")
    tab_to(page, f'main a[href="{ASK_LAND}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ASK_LAND}")
    _ask_wrongly_then_rightly(watched)
    run = answer_of(page)
    tab_to(page, f'main a[href^="/reponses/{run}/fichiers/"]')
    tab_to(page, "#f-execution")
    watched.open("/compte")
    tab_to(page, 'form[action="/deconnexion"] button')
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sign in", exact=True).wait_for()


def _ask_wrongly_then_rightly(watched: Watched) -> None:
    page = watched.page
    watched.expected.add(watched.site.address + ASK_LAND)
    tab_to(page, FACTOR)
    page.keyboard.press("Control+A")
    page.keyboard.type("many")
    tab_to(page, "main form[method=post] button")
    page.keyboard.press("Enter")
    page.locator("#faults").wait_for()
    tab_to(page, f'#faults a[href="{FACTOR}"]')
    page.keyboard.press("Enter")
    assert page.evaluate("'#' + document.activeElement.id") == FACTOR, "a fault leads to its field"
    field = page.locator(FACTOR)
    assert field.get_attribute("aria-invalid") == "true"
    told = [page.locator(f"#{one}").inner_text() for one in field.get_attribute("aria-describedby").split()]
    assert "many" in " ".join(told)
    assert field.input_value() == "many", "what was typed is still there"
    page.keyboard.press("Control+A")
    page.keyboard.type("0.6")
    tab_to(page, "main form[method=post] button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(demandes|reponses)/"))
    if "/demandes/" in page.url:
        page.locator("#answer").filter(has_text="Read the answer").wait_for(timeout=60_000)
        tab_to(page, "#answer")
        page.keyboard.press("Enter")


def test_without_javascript_one_asks_reads_compares_and_downloads(visit: Open) -> None:
    watched = visit("contributor", viewport=WIDE, java_script_enabled=False)
    page = watched.page
    watched.open(f"{ASK_LAND}?lang=en")
    page.fill(FACTOR, "0.4")
    page.get_by_role("button", name="Ask this question").click()
    page.wait_for_url(re.compile("/(demandes|reponses)/"))
    for _look in range(240):
        if "/reponses/" in page.url:
            break
        page.wait_for_timeout(250)
        page.click("#answer")
    run = answer_of(page)
    name, _content = saved(page, page.locator(f'main a[href^="/reponses/{run}/fichiers/"][href$=".csv"]').first)
    assert name.endswith(".csv")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/comparer?*")
    assert page.locator("main table").count()
    watched.open("/carte?lang=en")
    assert page.locator("#open-map").is_hidden()
    assert page.locator("figure.map").count()
    assert page.locator("main table").count()
    page.select_option("#f-indicateur", "land.carbon-stock")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/carte?*")
    assert "Carbon held in soils" in page.locator("h1").inner_text()


@pytest.mark.parametrize("path", ["/", "/territoire", "/modeles", "/reponses", "/carte", "/etudes", "/strategie"])
def test_a_first_page_is_light_and_says_what_it_weighs(visit: Open, path: str) -> None:
    watched = visit(viewport=WIDE)
    page = watched.page
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    received: list[float] = []
    network.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    watched.open(f"{path}?lang=en")
    page.wait_for_load_state("networkidle")
    assert len(watched.requests) <= FIRST_PAGE_REQUESTS
    weight = sum(received) / 1000
    assert 0 < weight <= FIRST_PAGE_KB
    said = re.search(r"This page weighs ([\d,.]+) kB", page.locator("footer").inner_text())
    assert said
    assert float(said[1]) <= weight <= float(said[1]) + 2 * len(watched.requests) + 1, "headers and small files apart"
