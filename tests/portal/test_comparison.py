"""Comparing answers: differences computed by hand from the runs, the same refusals, what differs between questions."""

import re
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from agglo.runs import listing
from agglo.runs.run import load
from agglo.store.workspace import Workspace

from .strange_runs import ask, decide
from .test_runs import Page, assert_sound, first


def compared(client: TestClient, *runs: str, **more: str) -> str:
    """The page that compares some runs."""
    answer = client.get(f"/comparer?{urlencode([*(('execution', one) for one in runs), *more.items()])}")
    assert answer.status_code == 200
    assert_sound(Page(answer.text))
    return answer.text


def row_of(text: str, place: str) -> list[str]:
    """The figures of a place in the table by commune."""
    found = re.search(rf'<a href="/territoire/{place}">[^<]+</a></th>((?:<td class="number">[^<]*</td>)+)', text)
    assert found, place
    return re.findall(r'<td class="number">([^<]*)</td>', found[1])


def test_differences_are_those_of_the_runs(client: TestClient, workspace: Workspace) -> None:
    runs = [first(workspace, name) for name in ("observed", "land-take-halved")]
    text = compared(client, *runs, indicateur="land.take")
    held = [
        {one.place: one.value for one in load(workspace, run).indicators if one.name == "land.take"} for run in runs
    ]
    for place in ("91477", "91534", "91044"):
        values = [found[place] for found in held]
        assert None not in values
        difference = (values[1] or 0.0) - (values[0] or 0.0)
        shown = [
            float(one.replace("\u2212", "-").replace("+", "").replace("≈\u00a0", "")) for one in row_of(text, place)
        ]
        assert shown == pytest.approx([*values, difference], abs=0.051)
    assert len(re.findall(r'<a href="/territoire/\d{5}"[^>]*class="[pmk]', text)) == 27
    assert "B: Land take halved, minus A" in text
    assert "+" not in "".join(row_of(text, "91044"))


def test_what_differs_between_the_questions_and_what_each_cost(client: TestClient, workspace: Workspace) -> None:
    runs = [first(workspace, name) for name in ("observed", "land-take-halved")]
    text = compared(client, *runs)
    questions = text[text.index("What differs between the questions") : text.index("What each answer cost")]
    row = '<th scope="row">Land take, as a multiple of that of 2012-2018</th><td>1</td><td>0.5</td>'
    assert re.search(row, questions)
    assert "sealed" not in questions
    assert "Data:" not in questions
    assert text[text.index("What each answer cost") :].count("mWh") == 2


def test_the_map_opens_with_both(client: TestClient, workspace: Workspace) -> None:
    runs = [first(workspace, name) for name in ("observed", "no-land-take")]
    sides = "%2C".join(f"run-{one}.indicators" for one in runs)
    assert f'href="/carte?couches={sides}"' in compared(client, *runs)


def test_scenarios_of_a_study_stand_side_by_side(client: TestClient) -> None:
    answer = client.get("/comparer?etude=local-green-deal")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert_sound(page)
    assert "Comparison of 3 answers" in page.text
    assert page.text.index("A: As observed") < page.text.index("B: ")
    two = client.get("/comparer?etude=local-green-deal&scenario=observed&scenario=no-land-take&etape=land").text
    assert "Comparison of 2 answers" in two
    assert 'name="scenario" value="no-land-take"' in two
    assert client.get("/comparer?etude=none").status_code == 404
    assert client.get("/comparer?etude=local-green-deal&scenario=none").status_code == 404
    assert client.get("/comparer?etude=local-green-deal&scenario=observed").status_code == 422


def test_the_form_proposes_what_may_be_read(client: TestClient, workspace: Workspace) -> None:
    page = Page(client.get("/comparer").text)
    assert_sound(page)
    boxes = {one["value"] for one in page.all("input") if one.get("type") == "checkbox"}
    assert boxes == {row["id"] for row in listing.listing(workspace)}


def test_runs_that_do_not_answer_one_question_are_refused(client: TestClient, workspace: Workspace) -> None:
    effort = next(row["id"] for row in listing.listing(workspace, model="climate.effort"))
    answer = client.get(f"/comparer?execution={first(workspace, 'observed')}&execution={effort}")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert_sound(page)
    assert "none in common" in page.text
    boxes = [one["value"] for one in page.all("input") if "checked" in one]
    assert set(boxes) == {effort, first(workspace, "observed")}


def test_other_years_and_places_are_refused(client: TestClient, workspace: Workspace) -> None:
    answer = client.get(f"/comparer?execution={first(workspace, 'observed')}&execution={ask(workspace).id}")
    assert answer.status_code == 422
    assert "land.take" in answer.text


@pytest.mark.parametrize("count", [1, 9])
def test_too_few_and_too_many(count: int, client: TestClient, workspace: Workspace) -> None:
    runs = [first(workspace, "observed")] if count == 1 else [f"r{rank}" for rank in range(count)]
    answer = client.get(f"/comparer?{urlencode([('execution', one) for one in runs])}")
    assert answer.status_code == 422
    assert_sound(Page(answer.text))


def test_the_same_run_twice_is_one(client: TestClient, workspace: Workspace) -> None:
    run = first(workspace, "observed")
    assert client.get(f"/comparer?execution={run}&execution={run[-12:]}").status_code == 422


def test_hostile_titles_are_texts(client: TestClient, workspace: Workspace) -> None:
    text = compared(client, ask(workspace).id, ask(workspace, factor=2.0).id)
    assert "<script>alert" not in text
    assert "<svg onload" not in text
    assert "<b>rows" not in text


def test_a_study_with_a_hidden_run_is_not_compared(client: TestClient, workspace: Workspace) -> None:
    decide(workspace, load(workspace, first(workspace, "observed")), "restricted")
    answer = client.get("/comparer?etude=local-green-deal")
    assert answer.status_code == 404
    assert first(workspace, "observed") not in answer.text
