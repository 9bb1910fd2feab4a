"""The list of answers, the page of one, and its tables row by row."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from agglo.portal import app, made, paging, run_document, tables
from agglo.runs import listing, verification
from agglo.runs.run import Run, load
from agglo.store.workspace import Workspace, open_workspace

from .conftest import SignedIn
from .strange_runs import ATTACKS, ask, decide

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Page(HTMLParser):
    """A page taken apart: its elements as (tag, attributes), its text, and the tags that were not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for one, attributes in self.elements if one == tag]


def assert_sound(page: Page) -> None:
    """No script, no handler, no style, no address that runs; headings in order; every field has a label."""
    assert page.wrong == []
    names = [name for _tag, attributes in page.elements for name in attributes]
    assert not [name for name in names if name.startswith("on") or name == "style"]
    for script in page.all("script"):
        assert (script.get("src") or "").startswith("/static/")
    for link in page.all("a"):
        assert (link.get("href") or "").startswith(("/", "?", "#"))
    levels = [int(tag[1]) for tag, _attributes in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    labelled = {one.get("for") for one in page.all("label")}
    for field in (*page.all("select"), *page.all("input")):
        assert field.get("type") == "hidden" or field.get("id") in labelled
    ids = [attributes["id"] for _tag, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run]:
    """A workspace that holds one hostile answer. Not to be changed."""
    workspace = open_workspace(tmp_path_factory.mktemp("strange") / "workspace")
    return workspace, ask(workspace, rows=130, factor=-2.0)


@pytest.fixture
def hostile(strange: tuple[Workspace, Run]) -> Iterator[TestClient]:
    with TestClient(app.create(strange[0]), follow_redirects=False) as made:
        yield made


def first(workspace: Workspace, scenario: str) -> str:
    """The identifier of the run of land.sinks under a scenario."""
    rows = listing.listing(workspace, model="land.sinks")
    return str(next(row["id"] for row in rows if row["scenario"] == f"local-green-deal/{scenario}"))


def test_the_list_shows_what_was_asked_and_what_it_cost(client: TestClient, workspace: Workspace) -> None:
    answer = client.get("/reponses")
    page = Page(answer.text)
    assert_sound(page)
    assert "4 answers" in page.text
    assert page.text.count("Carbon sinks of soils and plants:") == 3
    assert "\u22121,043 tCO₂/yr" in page.text
    assert "never verified" in page.text
    assert "µgCO₂e" in page.text
    assert all(f"/reponses/{row['id']}" in answer.text for row in listing.listing(workspace))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("modele=land.sinks", 3), ("modele=none", 0), ("etat=failed", 0), ("etat=finished", 4),
        ("projet=local-green-deal", 4),
        ("scenario=local-green-deal/observed", 2), ("donnee=communes", 3), ("donnee=communes%407beb", 3),
        ("texte=EFFORT", 1),
        ("texte=%25", 0), ("texte=' or 1=1 --", 0), ("modele=land.sinks&texte=halved", 1), ("page=0", 4), ("page=x", 4),
        ("page=99999999999999999999", 4), ("etat=%00", 0),
    ],
)  # fmt: skip
def test_filters(query: str, count: int, client: TestClient) -> None:
    answer = client.get(f"/reponses?{query}")
    assert answer.status_code == 200
    said = re.search(r"(\d+) answers?</p>", answer.text)
    assert (int(said[1]) if said else 0) == count
    if not count:
        assert "No answer that you may read fits this search." in answer.text


def test_the_list_has_pages_that_keep_its_filters(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agglo.portal.pages import runs

    monkeypatch.setattr(runs, "PER_PAGE", 2)
    seen = []
    address = "/reponses?projet=local-green-deal"
    for _turn in range(3):
        text = client.get(address).text
        seen += re.findall(r'<a href="/reponses/([0-9a-f-]{36})">', text)
        after = re.search(r'rel="next" href="([^"]+)"', text)
        if after is None:
            break
        address = after[1].replace("&amp;", "&")
        assert "projet=local-green-deal" in address
    assert seen == [row["id"] for row in listing.listing(workspace)]
    beyond = client.get("/reponses?page=9").text
    assert "No answer" in beyond
    assert 'rel="prev"' in beyond


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with TestClient(app.create(open_workspace(tmp_path / "w"))) as made:
        page = Page(made.get("/reponses").text)
    assert "No answer is kept here yet" in page.text
    assert_sound(page)


def test_a_run_says_everything(client: TestClient, workspace: Workspace) -> None:
    run = load(workspace, first(workspace, "land-take-halved"))
    answer = client.get(f"/reponses/{run.id}")
    page = Page(answer.text)
    assert_sound(page)
    for expected in (
        "land-use change, excluding forest growth, felling and N2O", "Example: this answer belongs to a demonstration",
        "The authority has not declared this model yet: 27 fields missing.", "\u2212522 tCO₂/yr", "2012–2018, modelled",
        "Land take, as a multiple of that of 2012-2018", "changed, usually 1", "usual value", "ADEME, Aldo",
        "version f76d61570b44", "This question was asked 1 time.", "Never verified", "Green Algorithms v3.0",
        "Seed of random numbers", run.content["model"]["code"], "pyarrow 2", "low", "central", "high", "mWh",
        "PUE is assumed: 1.56 (local server)", "459 rows", "Public: everybody can read this answer.", "packages, list",
    ):  # fmt: skip
        assert expected in page.text, expected
    for address in (
        "/donnees/land-cover-2023?version=f76d61570b44", f"/carte?couches=run-{run.id}.indicators",
        f"/reponses/{run.id}/fichiers/stocks.gpkg", f"/reponses/{run.id}/archive.zip", "/etudes/local-green-deal",
        f"/reponses/{run.id}/tables/stocks", f"/ogc/collections/run-{run.id}.indicators", "/modeles/land.sinks",
    ):  # fmt: skip
        assert f'href="{address}"' in answer.text, address
    assert page.text.index("excluding forest growth") < page.text.index("The answer in figures")
    assert workspace.actor not in answer.text
    assert str(workspace.root) not in answer.text


def test_every_commune_is_on_the_map_and_in_the_table(client: TestClient, workspace: Workspace) -> None:
    run = first(workspace, "observed")
    text = client.get(f"/reponses/{run}?indicateur=land.take").text
    links = re.findall(r'<a href="/territoire/(\d{5})" class="\w+"><title>([^<]+)</title>', text)
    assert len(links) == len({code for code, _said in links}) == 27
    cells = dict(
        re.findall(r'<th scope="row"><a href="/territoire/\d{5}">([^<]+)</a></th><td class="number">([^<]+)', text)
    )
    assert len(cells) == 27
    assert all(said.split(": ")[1].removesuffix("\u00a0ha/yr") == cells[said.split(": ")[0]] for _code, said in links)


def test_choices_of_the_address_are_kept_and_wrong_ones_ignored(client: TestClient, workspace: Workspace) -> None:
    run = first(workspace, "observed")
    chosen = client.get(f"/reponses/{run}?indicateur=land.carbon-flux&cause=to-forest").text
    assert '<option value="to-forest" selected>' in chosen
    assert '<h2 id="indicators">' in chosen
    for query in ("indicateur=<script>", "annee=x", "annee=9999999999999999", "cause=' or 1", "page=-1", "page=1e9"):
        assert client.get(f"/reponses/{run}?{query}").status_code == 200


def test_several_years_are_lines_beside_their_table(hostile: TestClient, strange: tuple[Workspace, Run]) -> None:
    text = hostile.get(f"/reponses/{strange[1].id}?annee=2025").text
    assert 'class="lines"' in text
    assert re.search(r'<th scope="row">2030</th><td class="number">\u221266\.0</td>', text)
    assert '<option value="2025" selected>' in text
    # the commune that is not known is drawn as such, and told as such
    assert re.search(r'class="kn"><title>[^<]+: no data', text)
    assert "(24 communes)" in text


def test_a_reference_leads_to_the_whole_address(client: TestClient, workspace: Workspace) -> None:
    run = first(workspace, "observed")
    answer = client.get(f"/reponses/{run[-12:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reponses/{run}")


def test_a_failed_run_says_why_in_plain_words(workspace: Workspace, client: TestClient) -> None:
    run = ask(workspace, rows=5, groups=1)
    assert run.state == "finished"
    failed = _failed(workspace)
    page = Page(client.get(f"/reponses/{failed.id}").text)
    assert_sound(page)
    assert "There is no answer." in page.text
    assert "Why there is no answer" in page.text
    assert "The model gave an answer that is not what it promises: it was not kept." in page.text
    assert "There is no answer to verify." in page.text
    assert Page(client.get("/reponses?etat=failed").text).text.count("no answer") >= 1
    assert client.get(f"/reponses/{failed.id}/fichiers/lines.csv").status_code == 404
    assert client.get(f"/reponses/{failed.id}/tables/lines").status_code == 404


def _failed(workspace: Workspace) -> Run:
    """A run of a program that gives nothing of what it promises."""
    from agglo.contract.model import from_folder
    from agglo.runs import asking, questions

    folder = workspace.root.parent / "program"
    folder.mkdir()
    (folder / "run.sh").write_text("#!/bin/sh\necho '{}' > $5/outcome.json\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    described = {"id": "test.empty", "version": "1.0.0", "command": ["run.sh"], "outputs": {"lines": {"kind": "table"}}}
    (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
    run = asking.ask(workspace, questions.pose(workspace, from_folder(folder), inputs={}, parameters={}, seed=0)).run
    assert run.state == "failed"
    decide(workspace, run, "public")
    return run


def test_certificates_are_told(client: TestClient, workspace: Workspace) -> None:
    run = load(workspace, first(workspace, "observed"))
    assert verification.verify(workspace, run).verdict == "identical"
    page = Page(client.get(f"/reponses/{run.id}").text)
    assert "Verified: identical" in page.text
    assert "Never verified" not in page.text
    run.sealed.add_event(
        "certified",
        {"actor": "x", "verdict": "differs", "what": "", "differences": [
            {"where": "table <b>row</b>", "got": "1", "expected": "2", "repair": ""}
        ], "packages": ["numpy 1 -> 2"], "footprint": None},
    )  # fmt: skip
    made.forget()
    text = client.get(f"/reponses/{run.id}").text
    assert "table &lt;b&gt;row&lt;/b&gt;: found 1, expected 2" in text
    assert text.index("numpy 1 -&gt; 2") < text.index("Verified: identical")


def test_an_unknown_footprint_is_said_and_is_not_zero(workspace: Workspace, client: TestClient) -> None:
    run = load(workspace, first(workspace, "observed"))
    content = run.sealed.json("run.json")
    content["footprint"] |= {
        "status": "unknown", "energy_kwh": None, "carbon_g": None, "basis": None, "assumptions": [],
        "why": [{"text": "t", "message": "Its CPU time was not measured.", "values": {}}],
    }  # fmt: skip
    from agglo.store.files import to_json

    (run.sealed.folder / "run.json").write_bytes(to_json(content))
    page = Page(client.get(f"/reponses/{run.id}").text)
    assert "Unknown: what this computation cost could not be measured. That is not zero." in page.text
    assert "Its CPU time was not measured." in page.text
    cost = page.text[page.text.index("What it cost") : page.text.index("Go further")]
    assert not re.search(r"\b0\s?(mWh|kWh|gCO)", cost)


def test_hostile_titles_cells_notes_and_sources_are_texts(hostile: TestClient, strange: tuple[Workspace, Run]) -> None:
    run = strange[1]
    addresses = [
        f"/reponses/{run.id}", "/reponses", f"/reponses/{run.id}/tables/lines", f"/reponses/{run.id}/tables/shapes",
        "/comparer", f"/reponses/{run.id}?indicateur=<script>alert(1)</script>",
        '/reponses?texte="><svg onload=alert(1)>',
    ]  # fmt: skip
    for address in addresses:
        answer = hostile.get(address)
        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert "<svg onload" not in answer.text
        page = Page(answer.text)
        assert_sound(page)
    page = Page(hostile.get(f"/reponses/{run.id}").text)
    for attack in ATTACKS[:3]:
        assert attack in page.text
    assert "javascript:" not in "".join(str(link.get("href")) for link in page.all("a"))


def test_the_log_is_for_those_who_may_read_it(workspace: Workspace, signed_in: SignedIn, client: TestClient) -> None:
    run = ask(workspace)
    address = f"/reponses/{run.id}"
    assert "said by the model" not in client.get(address).text
    assert "The log is only for people who may read what is restricted." in client.get(address).text
    assert f"{address}/archive.zip" not in client.get(address).text
    assert "said by the model" not in signed_in("contributor").get(address).text
    steward = signed_in("steward").get(address).text
    assert "&lt;script&gt;said by the model&lt;/script&gt;" in steward
    assert f"{address}/archive.zip" in steward


@pytest.mark.parametrize("visibility", ["draft", "restricted", "personal"])
def test_what_may_not_be_read_does_not_exist(visibility: str, workspace: Workspace, client: TestClient) -> None:
    run = ask(workspace)
    decide(workspace, run, visibility)
    absent = "01a20efa-0000-7000-8000-000000000000"
    for rest in ("", "/tables/lines", "/tables/none"):
        hidden, none = (client.get(f"/reponses/{one}{rest}") for one in (run.id, absent))
        assert (hidden.status_code, none.status_code) == (404, 404)
        pages = ((hidden, run.id), (none, absent))
        said, of_none = (re.sub(r"weighs \d+ kB", "", page.text.replace(one, "X")) for page, one in pages)
        assert said == of_none
    assert run.id not in client.get("/reponses").text
    assert run.id not in client.get("/comparer").text
    assert "test.strange" not in client.get("/reponses").text
    assert client.get(f"/comparer?execution={run.id}&execution={first(workspace, 'observed')}").status_code == 404


def test_rows_are_shown_page_by_page(hostile: TestClient, strange: tuple[Workspace, Run]) -> None:
    address = f"/reponses/{strange[1].id}/tables/lines"
    ranks: list[int] = []
    for number in (1, 2, 3):
        text = hostile.get(f"{address}?page={number}").text
        ranks += map(int, re.findall(r'<td class="number">(\d+)</td></tr>', text))
    assert ranks == list(range(130))
    assert "101 to 130 of 130" in hostile.get(f"{address}?page=99").text
    for wrong in ("0", "-1", "x", "1e3", "9" * 40, "%00"):
        assert "1 to 50 of 130" in hostile.get(f"{address}?page={wrong}").text
    assert hostile.get(f"/reponses/{strange[1].id}/tables/page").status_code == 404
    shapes = Page(hostile.get(f"/reponses/{strange[1].id}/tables/shapes").text)
    assert "Not shown (geometries): geometry" in shapes.text


@pytest.mark.parametrize("group", [1000, 1_000_000])
def test_a_long_table_is_never_read_whole(group: int, tmp_path: Path) -> None:
    """Rows that are read for a page, and bytes that are held at once, whatever the length of the table."""
    rows = 1_000_000
    path = tmp_path / "long.parquet"
    schema = pa.schema([("insee", pa.string()), ("x", pa.float64()), ("rank", pa.int64())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, 100_000):
            ranks = range(start, start + 100_000)
            table = pa.table(
                {"insee": ["91477"] * 100_000, "x": [one / 7 for one in ranks], "rank": list(ranks)}, schema
            )
            writer.write_table(table, row_group_size=min(group, 100_000))
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "import pyarrow as pa\n"
        "from agglo.portal import tables\n"
        "pages = [tables.page(Path(sys.argv[1]), units={'x': 'ha'}, start=start) for start in (0, 777_750, 999_990)]\n"
        "said = [(one.total, one.read, [row[2] for row in one.rows]) for one in pages]\n"
        "print(json.dumps([said, pa.default_memory_pool().max_memory()]))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    (head, deep, last), peak = json.loads(answer.stdout)
    assert head == [rows, tables.ROWS, [str(one) for one in range(50)]]
    assert deep[1] <= 100_000
    assert deep[2] == [str(one) for one in range(777_750, 777_800)]
    assert last[2] == [str(one) for one in range(999_990, rows)]
    whole = 1_000_000 * (8 + 8 + 9)
    assert 0 < peak < whole / 4


def test_a_damaged_output_is_told_and_hides_nothing_else(workspace: Workspace, client: TestClient) -> None:
    run = load(workspace, first(workspace, "observed"))
    path = run.path_of("stocks")
    path.write_bytes(b"not a table")
    page = Page(client.get(f"/reponses/{run.id}").text)
    assert "A kept file cannot be read." in page.text
    assert "Fluxes by cause and reservoir" in page.text
    path.unlink()
    shutil.copy(run.path_of("fluxes"), workspace.root / "elsewhere")
    path.symlink_to(workspace.root / "elsewhere")
    made.forget()
    answer = client.get(f"/reponses/{run.id}")
    assert answer.status_code == 200
    assert "A file of this run is no longer as it was kept." in answer.text
    assert client.get(f"/reponses/{run.id}/tables/stocks").status_code == 500


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (None, None, "-"), ("", None, "-"), (True, None, "yes"), (2024, None, "2024"), (1234, 0, "1,234"),
        (0.0, 3, "0"), (-1.5, 1, "\u22121.5"), (1e-9, 2, "≈\u00a00"), ("x" * 400, None, "x" * 300 + "…"),
        ([1, "é"], None, '[1, "é"]'), (float("nan"), None, "nan"), (1234.5678, None, "1,234.57"),
    ],
)  # fmt: skip
def test_cells(value: Any, decimals: int | None, expected: str) -> None:
    assert tables.shown(value, decimals) == expected


def test_every_reason_of_failure_has_its_words() -> None:
    from agglo.runs.failures import Failure

    said = set(re.findall(r"``([a-z]+)``", str(Failure.__doc__)))
    assert said == set(run_document._REASONS)


def test_a_page_number_is_always_one_of_a_table() -> None:
    for text, expected in (("2", 2), ("9", 3), ("0", 1), ("²", 1), ("", 1), ("-2", 1)):
        visit: Any = SimpleNamespace(query={"page": text})
        assert paging.asked(visit, paging.count(130, 50)) == expected
