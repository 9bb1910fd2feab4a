"""The pages of the watch list and of the plain guide."""

import datetime
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from agglo.footprint.record import Bounds
from agglo.portal import app, card_view
from agglo.portal.pages import watch as pages
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.register import guide, use, watch
from agglo.trust.register.use import Use

OWN = {
    "id": "lake-rule",
    "kind": "rule",
    "title": {"fr": "Règle <b>du lac</b>", "en": "Rule <b>of the lake</b>"},
    "about": {"fr": "Le lac est mesuré.", "en": "The lake is measured."},
    "concerns": {"fr": "Le lac", "en": "The lake"},
    "cards": {"theme": ["energy"]},
    "dates": [
        {"day": "2019-05", "what": {"fr": "Elle commence", "en": "It begins"}},
        {"day": "2031", "what": {"fr": "Elle finit", "en": "It ends"}},
    ],
    "source": {"fr": "Un texte", "en": "A text"},
    "address": "https://example.org/lake?a=1&b=2",
    "consulted": "2019-01-01",
    "certainty": "memory",
    "next_look": "2026-11-24",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One in which nothing was asked."""
    here = open_workspace(tmp_path / "workspace")
    with (here.root / "agglo.toml").open("a", encoding="utf-8") as file:
        file.write('\nlanguage = "en"\n')
    return open_workspace(here.root)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_view, "today", lambda _visit: datetime.date(2026, 11, 24))


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(app.create(workspace), follow_redirects=False) as made:
        yield made


@pytest.fixture
def own(workspace: Workspace) -> None:
    (workspace.root / watch.FILE).write_text(yaml.safe_dump([OWN], allow_unicode=True), encoding="utf-8")


def shown(page: str) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def article(page: str, id: str) -> str:
    """What the page says of one entry."""
    found = re.search(rf'<article class="card watched" id="e-{id}">.*?</article>', page, re.DOTALL)
    assert found, id
    return found[0]


class TestWatch:
    def test_dates_to_come_then_past_then_every_entry_by_kind(self, client: TestClient) -> None:
        answer = client.get("/veille")
        assert answer.status_code == 200
        coming, past = re.findall(r'<table class="timeline">.*?</table>', answer.text, re.DOTALL)
        assert re.findall(r'<th scope="row">(.*?)</th>', coming)[:2] == ["2 December 2026", "2 August 2027"]
        assert re.findall(r'<th scope="row">(.*?)</th>', past)[0] == "2 August 2026"
        assert "November 2025" in shown(past)
        for one in watch.bundled():
            assert one.title["en"] in shown(article(answer.text, one.id))
        titles = re.findall(r'<h2 id="(rule|standard|register|system)">', answer.text)
        assert titles == ["rule", "standard", "register", "system"]

    def test_each_date_leads_to_its_entry(self, client: TestClient) -> None:
        page = client.get("/veille").text
        anchors = set(re.findall(r'<a href="#(e-[a-z-]+)"', page))
        assert anchors
        assert anchors <= set(re.findall(r'id="(e-[a-z-]+)"', page))

    def test_an_entry_says_its_source_how_sure_it_is_and_when_it_is_read_again(self, client: TestClient) -> None:
        found = article(client.get("/veille").text, "ai-act-omnibus")
        assert 'href="https://www.decisionfocus.com/articles/eu-ai-act-blog" rel="noreferrer"' in found
        words = shown(found)
        assert "Read on 24 November 2026: reported by others, the text itself was not seen." in words
        assert "It will be read again by 3 December 2026." in words

    def test_links_out_of_the_portal_send_no_address(self, client: TestClient) -> None:
        links = re.findall(r'<a href="https?://[^>]*>', client.get("/veille").text)
        assert len(links) > 10
        assert all('rel="noreferrer"' in one for one in links)

    def test_which_cards_it_concerns(self, client: TestClient, workspace: Workspace) -> None:
        assert "/registre/smart-globe" in article(client.get("/veille").text, "recital-noisy-le-grand")
        page = article(client.get("/veille").text, "ai-act-high-risk")
        assert re.search(r"\d+ cards do not say enough to tell", shown(page))

    def test_nothing_is_due(self, client: TestClient) -> None:
        assert "Nothing has to be read again today." in shown(client.get("/veille").text)

    @pytest.mark.usefixtures("own")
    def test_what_the_workspace_adds_is_there_and_due(self, client: TestClient) -> None:
        page = client.get("/veille").text
        found = article(page, "lake-rule")
        assert "Rule &lt;b&gt;of the lake&lt;/b&gt;" in found
        assert 'href="https://example.org/lake?a=1&amp;b=2"' in found
        assert "It was due to be read again by 24 November 2026." in shown(found)
        assert "This authority wrote or changed this line." in shown(found)
        assert "/registre/hestia" in found
        again = page.partition('<h2 id="again">')[2].partition("<h2")[0]
        assert "#e-lake-rule" in again
        assert '<th scope="row">2031</th>' in page
        assert '<th scope="row">May 2019</th>' in page

    def test_a_list_that_cannot_be_read_leaves_the_bundled_one(self, client: TestClient, workspace: Workspace) -> None:
        (workspace.root / watch.FILE).write_text("- {id: secret-rule, kind: law}\n", encoding="utf-8")
        answer = client.get("/veille")
        assert answer.status_code == 200
        assert "The list of this authority cannot be read." in shown(answer.text)
        assert "secret-rule" not in answer.text
        article(answer.text, "ai-act")

    def test_french(self, client: TestClient) -> None:
        page = client.get("/veille?lang=fr").text
        assert "2 décembre 2026" in page
        assert "Règlement européen sur l&#39;intelligence artificielle" in page


class TestGuide:
    def test_each_technique_is_told_in_order(self, client: TestClient) -> None:
        page = client.get("/guide-ia").text
        assert re.findall(r'<h2 id="([a-z]+)">', page) == [one.id for one in guide.techniques()]
        words = shown(page)
        for one in guide.techniques():
            assert one.like["en"] in words
            assert one.wrong[-1]["en"] in words

    def test_cards_that_use_it_are_linked_and_none_is_said(self, client: TestClient) -> None:
        page = client.get("/guide-ia").text
        rules = page.partition('id="rules"')[2].partition("</section>")[0]
        assert 'href="/registre/land.sinks"' in rules
        learning = page.partition('<h2 id="learning"')[2].partition("</section>")[0]
        assert "Nowhere: no card here says that it uses this." in learning

    def test_many_cards_are_counted_and_led_to(self, client: TestClient, workspace: Workspace, monkeypatch) -> None:
        monkeypatch.setattr(pages, "_SHOWN", 2)
        page = client.get("/guide-ia").text
        rules = page.partition('id="rules"')[2].partition("</section>")[0]
        assert len(re.findall(r'href="/registre/', rules)) == 2
        assert 'href="/registre?technique=rules"' in rules
        (others,) = re.findall(r"See the (\d+) other cards in the register", shown(rules))
        assert int(others) >= 2

    def test_energy_is_a_figure_where_it_was_measured(self, client: TestClient, monkeypatch) -> None:
        kept = {"echo": Use(runs=2, known=2, energy_kwh=Bounds(0.001, 0.002, 0.004))}
        monkeypatch.setattr(use, "of", lambda _workspace, _person, name, _card: kept.get(name, Use()))
        words = shown(client.get("/guide-ia").text)
        assert words.count("of electricity for 2 answers kept") == 1
        assert "Here: 2.0 Wh of electricity for 2 answers kept, from 1.0 Wh to 4.0 Wh." in words.replace("\xa0", " ")

    def test_nothing_is_said_of_energy_where_nothing_was_measured(self, client: TestClient, monkeypatch) -> None:
        monkeypatch.setattr(use, "of", lambda *_given: Use(runs=3))
        assert "of electricity for" not in shown(client.get("/guide-ia").text)

    def test_french(self, client: TestClient) -> None:
        assert "L&#39;apprentissage à partir d&#39;exemples" in client.get("/guide-ia?lang=fr").text
