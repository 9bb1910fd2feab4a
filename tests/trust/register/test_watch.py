"""The watch list: dated, sourced, changed by the workspace, and what it concerns among the cards."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.contract import card as cards
from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.register import watch
from agglo.trust.register.registered import Registered

TODAY = datetime.date(2026, 11, 24)
NEW: dict[str, Any] = {
    "id": "lake-rule",
    "kind": "rule",
    "title": {"fr": "Règle du lac", "en": "Rule of the lake"},
    "about": {"fr": "Le lac est mesuré.", "en": "The lake is measured."},
    "concerns": {"fr": "Le lac", "en": "The lake"},
    "cards": {"theme": ["water"]},
    "dates": [{"day": "2026-12-31", "what": {"fr": "Elle commence", "en": "It begins"}}],
    "source": {"fr": "Un texte", "en": "A text"},
    "address": "https://example.org/lake",
    "consulted": "2026-10-01",
    "certainty": "memory",
    "next_look": "2026-11-24",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


Write = Callable[..., None]


@pytest.fixture
def write(workspace: Workspace) -> Write:
    def write(*entries: Any) -> None:
        (workspace.root / watch.FILE).write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")

    return write


def found(workspace: Workspace) -> dict[str, watch.Entry]:
    return {one.id: one for one in watch.entries(workspace)}


class TestBundled:
    def test_every_entry_says_what_where_from_how_sure_and_when_again(self) -> None:
        assert len(watch.bundled()) >= 20
        for one in watch.bundled():
            for text in (one.title, one.about, one.concerns, one.source, *(change.what for change in one.dates)):
                assert set(text) == {"fr", "en"}, one.id
            assert one.consulted == "2026-11-24"
            assert one.next_look > one.consulted
            assert not one.own

    def test_every_kind_is_there_and_each_identifier_once(self) -> None:
        assert {one.kind for one in watch.bundled()} == set(watch.KINDS)
        assert len({one.id for one in watch.bundled()}) == len(watch.bundled())

    @pytest.mark.parametrize(
        ("entry", "day"),
        [
            ("ai-act", "2024-08-01"),
            ("ai-act", "2026-08-02"),
            ("ai-act-prohibited", "2025-02-02"),
            ("ai-act-general-purpose", "2025-08-02"),
            ("ai-act-high-risk", "2027-08-02"),
            ("ai-act-omnibus", "2027-12-02"),
            ("ai-act-omnibus", "2028-08-02"),
            ("crpa-mention", "2020-07-01"),
            ("reen", "2025-01-01"),
            ("mcc-ai", "2025-03-05"),
            ("frugal-ai-purchase", "2025-11"),
        ],
    )
    def test_the_dates_are_those_of_the_sources(self, entry: str, day: str) -> None:
        one = next(one for one in watch.bundled() if one.id == entry)
        assert day in [change.day for change in one.dates]

    def test_what_was_not_seen_is_said(self) -> None:
        omnibus = next(one for one in watch.bundled() if one.id == "ai-act-omnibus")
        assert omnibus.certainty == "secondary"
        assert "the text of the Official Journal was not seen" in " ".join(omnibus.about["en"].split())

    def test_nothing_is_due_the_day_it_was_written(self) -> None:
        assert watch.due(watch.bundled(), TODAY) == []
        assert watch.due(watch.bundled(), datetime.date(2026, 12, 3)) != []


class TestWorkspace:
    def test_without_a_file_the_bundled_list_stands(self, workspace: Workspace) -> None:
        assert watch.entries(workspace) == list(watch.bundled())

    def test_it_adds_an_entry(self, workspace: Workspace, write: Write) -> None:
        write(NEW)
        entries = found(workspace)
        assert entries["lake-rule"].own
        assert entries["lake-rule"].cards == {"theme": ("water",)}
        assert len(entries) == len(watch.bundled()) + 1
        assert watch.due(entries.values(), TODAY) == [entries["lake-rule"]]

    def test_an_entry_of_ours_changes_only_what_is_named(self, workspace: Workspace, write: Write) -> None:
        write({"id": "ai-act", "consulted": "2027-01-10", "next_look": "2027-07-01"})
        before = next(one for one in watch.bundled() if one.id == "ai-act")
        after = found(workspace)["ai-act"]
        assert (after.consulted, after.next_look, after.own) == ("2027-01-10", "2027-07-01", True)
        assert (after.title, after.dates, after.certainty) == (before.title, before.dates, before.certainty)

    def test_an_empty_file_changes_nothing(self, workspace: Workspace) -> None:
        (workspace.root / watch.FILE).write_text("", encoding="utf-8")
        assert watch.entries(workspace) == list(watch.bundled())

    def test_every_fault_is_told_at_once(self, workspace: Workspace, write: Write) -> None:
        wrong = {
            **NEW, "kind": "law", "certainty": "sure", "address": "example.org", "consulted": "24/11/2026",
            "cards": {"theme": ["lake"], "colour": ["blue"]}, "dates": [{"day": "2026-13", "what": "soon"}],
            "titel": "x",
        }  # fmt: skip
        write(wrong, {"kind": "rule"}, NEW, "words")
        with pytest.raises(InvalidInput) as error:
            watch.entries(workspace)
        told = {one.where: one for one in error.value.faults}
        assert set(told) == {
            "watch.yaml: lake-rule.kind", "watch.yaml: lake-rule.certainty", "watch.yaml: lake-rule.address",
            "watch.yaml: lake-rule.consulted", "watch.yaml: lake-rule.cards.theme",
            "watch.yaml: lake-rule.cards.colour", "watch.yaml: lake-rule.dates.1.day",
            "watch.yaml: lake-rule.dates.1.what", "watch.yaml: lake-rule.titel", "watch.yaml, entry 2",
            "watch.yaml, entry 3", "watch.yaml, entry 4",
        }  # fmt: skip
        assert told["watch.yaml: lake-rule.titel"].repair == 'Did you mean "title"?'

    def test_what_a_new_entry_leaves_out_is_named(self, workspace: Workspace, write: Write) -> None:
        write({"id": "ai-atc", "consulted": "2027-01-10"})
        with pytest.raises(InvalidInput) as error:
            watch.entries(workspace)
        places = {one.where for one in error.value.faults}
        needed = ("kind", "title", "about", "concerns", "source", "certainty", "next_look")
        assert {f"watch.yaml: ai-atc.{name}" for name in needed} == places

    def test_it_is_read_again_after_it_was_read(self, workspace: Workspace, write: Write) -> None:
        write({**NEW, "next_look": "2026-10-01"})
        with pytest.raises(InvalidInput, match="a day after 2026-10-01"):
            watch.entries(workspace)

    @pytest.mark.parametrize("content", ["a: 1", "words", "[", "- id: a\n  id: b"])
    def test_what_is_no_list_is_refused(self, workspace: Workspace, content: str) -> None:
        (workspace.root / watch.FILE).write_text(content, encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"The watch list watch\.yaml cannot be read"):
            watch.entries(workspace)


class TestChanges:
    def entry(self, *days: str) -> watch.Entry:
        dates = tuple(watch.Change(day, {"en": day}) for day in days)
        return watch.Entry("a", "rule", {}, {}, {}, {}, dates, {}, "", "2026-01-01", "read", "2027-01-01")

    def test_they_are_in_order_whatever_is_known_of_the_day(self) -> None:
        listed = [self.entry("2026-12-31", "2024"), self.entry("2025-03", "2025-03-05")]
        assert [one.day for one, _entry in watch.changes(listed)] == ["2024", "2025-03", "2025-03-05", "2026-12-31"]

    def test_since_keeps_that_day_its_month_and_its_year(self) -> None:
        listed = [self.entry("2024", "2025", "2025-02", "2025-03", "2025-03-04", "2025-03-05", "2026-01-01")]
        kept = [one.day for one, _entry in watch.changes(listed, since="2025-03-05")]
        assert kept == ["2025", "2025-03", "2025-03-05", "2026-01-01"]

    def test_an_entry_without_dates_has_no_changes(self) -> None:
        assert watch.changes([self.entry()]) == []


class TestConcerned:
    def known(self, **authority: Any) -> Registered:
        return Registered("a", cards.parse(authority, "a.yaml"), "workspace")

    def criteria(self, **cards: tuple[str, ...]) -> watch.Entry:
        return watch.Entry("a", "rule", {}, {}, {}, cards, (), {}, "", "2026-01-01", "read", "2027-01-01")

    def test_high_risk_rules_concern_cards_of_that_class(self) -> None:
        risky, minimal = self.known(ai_act_class="high-risk"), self.known(ai_act_class="minimal")
        unsaid = self.known(state="in-use")
        rule = next(one for one in watch.bundled() if one.id == "ai-act-high-risk")
        assert watch.concerned(rule, [risky, minimal, unsaid]) == watch.Concerned((risky,), (unsaid,))

    def test_every_criterion_must_hold(self) -> None:
        entry = self.criteria(theme=("mobility",), tags=("accidents",))
        both = self.known(theme="mobility", tags=["accidents", "route"])
        one, undeclared = self.known(theme="water", tags=["accidents"]), self.known(tags=["accidents"])
        assert watch.concerned(entry, [both, one, undeclared]) == watch.Concerned((both,), (undeclared,))

    def test_where_no_system_is_held_nothing_is_unsaid(self) -> None:
        entry = self.criteria(ai_act_class=("high-risk",))
        assert watch.concerned(entry, [self.known(holding="none")]) == watch.Concerned()

    def test_techniques_are_of_the_maker(self) -> None:
        card = self.known(maker={"techniques": ["learning", "rules"]})
        assert watch.concerned(self.criteria(techniques=("learning",)), [card]).cards == (card,)

    def test_without_criteria_it_is_about_the_authority(self) -> None:
        assert watch.concerned(self.criteria(), [self.known(ai_act_class="high-risk")]) == watch.Concerned()
