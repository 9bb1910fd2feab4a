"""Everything there is to say of a card before it is published."""

import datetime

from agglo.store.workspace import Workspace
from agglo.trust.register import checking, publishing, registered, writing
from agglo.trust.register.checking import Checked

from . import samples
from .conftest import STEWARD, card_of

TODAY = datetime.date(2026, 11, 24)


def check(workspace: Workspace, id: str) -> Checked:
    return checking.check(workspace, STEWARD, registered.find(workspace, STEWARD, id), today=TODAY)


def test_a_complete_card_misses_nothing(workspace: Workspace) -> None:
    writing.save(workspace, STEWARD, "leaks", samples.complete_card())
    said = check(workspace, "leaks")
    assert (said.score.share, said.missing, said.refusals, said.faults, said.blocks) == (1.0, [], (), (), False)


def test_what_is_against_it_and_what_is_missing_are_told_apart(workspace: Workspace) -> None:
    writing.save(workspace, STEWARD, "leaks", card_of(contact=""))
    said = check(workspace, "leaks")
    assert [one.field for one in said.refusals] == ["authority.contact"]
    assert said.refusals == publishing.against(card_of(contact=""), TODAY)
    assert said.blocks
    assert {"authority.contact", "authority.need"} <= set(said.missing)
    assert said.score.declared == said.score.asked - len(said.missing)
    assert "authority.need" in [one.where for one in said.leaving]


def test_what_is_not_plain_and_what_is_alike_are_told(workspace: Workspace) -> None:
    writing.save(workspace, STEWARD, "leaks", card_of(need="The SCADA is scalable " + "and so on and on " * 9 + "."))
    writing.save(workspace, STEWARD, "other", card_of())
    said = check(workspace, "leaks")
    assert {one.path for one in said.findings} == {"authority.need"}
    assert said.similar[0].id == "other"
    assert "leaks" not in [one.id for one in said.similar]


def test_words_copied_from_another_card_do_not_count(workspace: Workspace) -> None:
    need = "Leaks of drinking water in the street are found when the whole street is flooded, which is too late."
    writing.save(workspace, STEWARD, "leaks", card_of(need=need))
    alone = check(workspace, "leaks").score
    writing.save(workspace, STEWARD, "other", card_of(need=need))
    assert "authority.need" in check(workspace, "leaks").score.missing
    assert check(workspace, "leaks").score.declared < alone.declared


def test_a_file_that_cannot_be_read_is_told_with_all_its_faults(workspace: Workspace) -> None:
    (workspace.register / "bad.yaml").write_text("stat: idea\nholding: lost\n", encoding="utf-8")
    said = check(workspace, "bad")
    assert len(said.faults) == 2
    assert said.blocks
    assert (said.refusals, said.leaving) == ((), ())
