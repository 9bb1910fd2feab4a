"""Who sees which cards, and what becomes of those that cannot be read."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import cache, makers, publishing, registered, seeking, writing

from .conftest import CONTRIBUTOR, IDEA, PUBLIC, STEWARD, card_of


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    writing.save(workspace, STEWARD, "leaks", card_of())
    return workspace


def ids(workspace: Workspace, person: Person) -> list[str]:
    return [one.id for one in registered.listing(workspace, person)]


def test_the_programme_and_the_models_are_read_by_everybody(workspace: Workspace) -> None:
    found = {one.id: one.origin for one in registered.listing(workspace, PUBLIC)}
    assert found["aquavance"] == "programme"
    assert found["land.sinks"] == found["climate.effort"] == found["echo"] == "model"
    assert list(found) == sorted(found)
    assert registered.find(workspace, PUBLIC, "land.sinks").title == "Carbon sinks of soils and plants"
    assert "soils and plants" in registered.find(workspace, PUBLIC, "land.sinks").card.maker.purpose["en"]


def test_a_card_in_hand_is_read_by_those_who_read_what_is_restricted(kept: Workspace) -> None:
    assert "leaks" in ids(kept, STEWARD)
    one = registered.find(kept, STEWARD, "leaks")
    assert (one.origin, one.published, one.latest, one.title) == ("workspace", None, None, "Leak finder")
    for person in (PUBLIC, CONTRIBUTOR):
        assert "leaks" not in ids(kept, person)
        with pytest.raises(NotFound, match='No card "leaks"'):
            registered.find(kept, person, "leaks")


def test_a_grant_on_one_card_opens_it_alone(kept: Workspace) -> None:
    writing.save(kept, STEWARD, "other", card_of())
    folder = kept.root / "rights"
    folder.mkdir()
    grants = [{"to": "account:ann", "right": "read-restricted", "on": "card:leaks", "by": "sue", "at": "2026"}]
    (folder / "grants.yaml").write_text(yaml.safe_dump(grants), encoding="utf-8")
    assert {"leaks", "other"} & set(ids(kept, CONTRIBUTOR)) == {"leaks"}


def test_everybody_reads_what_was_published_and_not_what_is_in_hand(kept: Workspace) -> None:
    publishing.publish(kept, STEWARD, "leaks")
    writing.save(kept, STEWARD, "leaks", card_of(need="A secret need that nobody has agreed on."))
    public, restricted = (registered.find(kept, person, "leaks") for person in (PUBLIC, STEWARD))
    assert (public.published, public.latest, public.card.authority.need) == (1, 1, "")
    assert (restricted.published, restricted.latest) == (None, 1)
    assert "secret" in restricted.card.authority.need
    publishing.withdraw(kept, STEWARD, "leaks", why="an error")
    assert "leaks" not in ids(kept, PUBLIC)
    assert registered.find(kept, STEWARD, "leaks").latest is None


def test_a_published_card_stays_without_its_file(kept: Workspace) -> None:
    publishing.publish(kept, STEWARD, "leaks")
    registered.path_of(kept, "leaks").unlink()
    assert registered.find(kept, STEWARD, "leaks").published == registered.find(kept, PUBLIC, "leaks").published == 1
    with pytest.raises(NotFound, match="in hand"):
        registered.in_hand(kept, STEWARD, "leaks")
    publishing.withdraw(kept, STEWARD, "leaks", why="an error")
    assert "leaks" not in ids(kept, PUBLIC)
    assert "leaks" not in ids(kept, STEWARD)
    assert publishing.history(kept, "leaks")
    assert "its file is gone" in str(registered.find(kept, STEWARD, "leaks").faults[0])


def test_a_card_of_the_programme_is_the_workspace_s_once_published(workspace: Workspace) -> None:
    writing.new(workspace, STEWARD, "aquavance")
    changed = registered.find(workspace, STEWARD, "aquavance").card
    told = {"service": "Water", "contact": "water@agglo.example", "need": "Leaks are found too late."}
    changed = changed.model_copy(update={"authority": changed.authority.model_copy(update=told)})
    writing.save(workspace, STEWARD, "aquavance", changed)
    assert registered.find(workspace, PUBLIC, "aquavance").origin == "programme"
    publishing.publish(workspace, STEWARD, "aquavance")
    assert registered.find(workspace, PUBLIC, "aquavance").card.authority.need == "Leaks are found too late."
    publishing.withdraw(workspace, STEWARD, "aquavance", why="an error")
    assert "aquavance" not in ids(workspace, PUBLIC)


def test_of_a_model_everybody_reads_the_maker_s_half_and_what_was_published(workspace: Workspace) -> None:
    told = {name: value for name, value in IDEA.items() if name != "maker"}
    (workspace.register / "land.sinks.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    public, restricted = (registered.find(workspace, person, "land.sinks") for person in (PUBLIC, STEWARD))
    assert public.card.maker == restricted.card.maker
    assert (public.card.authority.service, restricted.card.authority.service) == ("", "Water")
    publishing.publish(workspace, STEWARD, "land.sinks")
    public = registered.find(workspace, PUBLIC, "land.sinks")
    assert (public.origin, public.published, public.card.authority.service) == ("model", 1, "Water")


@pytest.mark.parametrize("content", ["state: [", "stat: idea\n", "state: dreamt\n", "- a list\n", "need: a\nneed: b\n"])
def test_a_file_that_cannot_be_read_takes_nothing_down(kept: Workspace, content: str) -> None:
    (kept.register / "bad.yaml").write_text(content, encoding="utf-8")
    assert "bad" not in ids(kept, PUBLIC)
    found = {one.id: one for one in registered.listing(kept, STEWARD)}
    assert found["bad"].faults
    assert "bad.yaml" in found["bad"].faults[0].where
    assert found["leaks"].faults == ()
    assert registered.find(kept, STEWARD, "bad").faults == found["bad"].faults
    with pytest.raises(InvalidInput, match="cannot be read"):
        registered.in_hand(kept, STEWARD, "bad")


def test_every_fault_of_a_file_is_told(kept: Workspace) -> None:
    (kept.register / "bad.yaml").write_text("stat: idea\nholding: lost\nmaker: {titel: x}\n", encoding="utf-8")
    faults = [str(one) for one in registered.find(kept, STEWARD, "bad").faults]
    assert len(faults) == 3
    assert any('Did you mean "state"?' in one for one in faults)


def test_a_file_whose_name_is_no_identifier_is_told(kept: Workspace) -> None:
    for name in ("Ma fiche", "exports", "nouvelle-fiche"):
        (kept.register / f"{name}.yaml").write_text("state: idea\n", encoding="utf-8")
        assert registered.find(kept, STEWARD, name).faults
        assert name not in ids(kept, PUBLIC)


@pytest.mark.parametrize("id", ["../workspace/agglo", "", "a/b", ".", "x" * 300, "\0"])
def test_a_strange_identifier_is_just_not_found(workspace: Workspace, id: str) -> None:
    with pytest.raises(NotFound):
        registered.find(workspace, STEWARD, id)


def test_the_nearest_that_one_may_read_is_named(kept: Workspace) -> None:
    with pytest.raises(NotFound) as told:
        registered.find(kept, STEWARD, "leak")
    assert told.value.repair == 'Did you mean "leaks"?'
    with pytest.raises(NotFound) as told:
        registered.find(kept, PUBLIC, "leak")
    assert "leaks" not in told.value.repair


def test_a_damaged_version_is_served_to_nobody(kept: Workspace) -> None:
    publishing.publish(kept, STEWARD, "leaks")
    path = kept.cards / "leaks" / "1" / "card.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("Leak finder", "Something else"), encoding="utf-8")
    assert "leaks" not in ids(kept, PUBLIC)
    assert registered.find(kept, STEWARD, "leaks").card.maker.title == {"en": "Leak finder"}


def test_what_a_template_leaves_empty_says_nothing(workspace: Workspace) -> None:
    text = 'state: "idea"\nsimilar:\n  - id: ""\n    why: >-\n\nconsulted:\n  - ""\nmaker:\n  title:\n    fr: ""\n'
    (workspace.register / "a.yaml").write_text(text, encoding="utf-8")
    card = registered.find(workspace, STEWARD, "a").card
    assert (card.authority.similar, card.authority.consulted, card.maker.title) == ([], [], {})


def test_another_process_reads_what_was_remembered(kept: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.add_all(kept, STEWARD, [(f"card-{rank:02}", card_of(need=f"Need {rank}")) for rank in range(20)])
    before = registered.listing(kept, STEWARD)
    cache.forget()
    read = cards.read

    def unread(path: Path) -> Card:
        assert path.parent != kept.register, f"{path.name} was read again"
        return read(path)

    monkeypatch.setattr(registered.cards, "read", unread)
    assert registered.listing(kept, STEWARD) == before
    assert [one.card.missing() for one in registered.listing(kept, STEWARD)] == [one.card.missing() for one in before]


def test_a_file_that_changed_is_read_again_and_one_that_went_is_forgotten(kept: Workspace) -> None:
    writing.add_all(kept, STEWARD, [(f"card-{rank:02}", card_of(need=f"Need {rank}")) for rank in range(20)])
    path = registered.path_of(kept, "card-03")
    path.write_text(path.read_text(encoding="utf-8").replace("Need 3", "Want 3"), encoding="utf-8")
    registered.path_of(kept, "card-04").unlink()
    cache.forget()
    found = {one.id: one.card.authority.need for one in registered.listing(kept, STEWARD)}
    assert found["card-03"] == "Want 3"
    assert "card-04" not in found


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "other", "cards": {}}', b'{"cards": 3}'])
def test_a_spoilt_memory_is_made_again(kept: Workspace, content: bytes) -> None:
    before = registered.listing(kept, STEWARD)
    (kept.cache / "register").mkdir(exist_ok=True)
    for kind in ("hand", "issued", "programme", "makers"):
        (kept.cache / "register" / f"{kind}.json").write_bytes(content)
    cache.forget()
    assert registered.listing(kept, STEWARD) == before


def test_no_code_of_a_model_is_imported(kept: Workspace) -> None:
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from agglo.store.workspace import open_workspace\n"
        "from agglo.trust.access.people import PUBLIC\n"
        "from agglo.trust.register import registered\n"
        "found = registered.listing(open_workspace(Path(sys.argv[1])), PUBLIC)\n"
        "assert any(one.id == 'climate.effort' and one.card.maker.title for one in found)\n"
        "heavy = ('numpy', 'pandas', 'pyarrow', 'geopandas')\n"
        "print(json.dumps([one for one in sys.modules if one.startswith('agglo.models') or one in heavy]))\n"
    )
    said = subprocess.run([sys.executable, "-c", code, str(kept.root)], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == []


def test_the_card_of_a_package_is_found_without_executing_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "vendor_of_test" / "deep"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("raise RuntimeError('executed')\n", encoding="utf-8")
    (package / "card.yaml").write_text("title: {en: Of a vendor}\nmaker: A vendor\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    points = [
        importlib.metadata.EntryPoint("vendor.good", "vendor_of_test.deep:model", "agglo.models"),
        importlib.metadata.EntryPoint("vendor.gone", "no_such_package_of_test.deep:model", "agglo.models"),
    ]
    monkeypatch.setattr(makers, "entry_points", lambda group: points)
    makers.forget()
    try:
        found = {one.id: one for one in registered.listing(workspace, PUBLIC)}
        assert found["vendor.good"].card.maker.maker == "A vendor"
        assert found["vendor.gone"].card.lacking()
        (package / "card.yaml").write_text("titel: {en: Misspelt}\n", encoding="utf-8")
        assert registered.find(workspace, PUBLIC, "vendor.good").faults == ()
        assert "titel" in registered.find(workspace, STEWARD, "vendor.good").faults[0].where
    finally:
        makers.forget()


def test_cards_are_sought_by_words_and_by_what_they_declare(kept: Workspace) -> None:
    writing.save(kept, STEWARD, "trees", card_of(maker={"title": {"fr": "Îlots de fraîcheur"}}, theme="climate"))
    every = registered.listing(kept, STEWARD)

    def found(**sought: str) -> list[str]:
        return [one.id for one in seeking.matching(every, **sought) if one.origin == "workspace"]

    assert found() == ["leaks", "trees"]
    assert found(words="ilots FRAICHEUR") == ["trees"]
    assert found(theme="water") == ["leaks"]
    assert found(state="in-use") == []
    assert found(holding="none", service="WATER") == ["leaks", "trees"]
    assert found(service="waste") == []
    for signs in ({"words": "%%"}, {"words": " - "}, {"service": "%"}):
        assert found(**signs) == []


def test_a_time_that_does_not_move_is_not_taken_for_the_same_file(kept: Workspace) -> None:
    path = registered.path_of(kept, "leaks")
    registered.listing(kept, STEWARD)
    known = path.stat()
    writing.save(kept, STEWARD, "leaks", card_of(maker={"title": {"en": "Leek finder"}}))
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert registered.find(kept, STEWARD, "leaks").title == "Leek finder"


def test_the_programme_is_that_of_one_territory(workspace: Workspace) -> None:
    assert "olga" in ids(workspace, PUBLIC)
    (workspace.root / "agglo.toml").write_text('territory = "200054781"\n', encoding="utf-8")
    other = Workspace(workspace.root)
    assert not {"olga", "aquavance"} & set(ids(other, STEWARD))
    with pytest.raises(NotFound):
        registered.find(other, STEWARD, "olga")
    assert "land.sinks" in ids(other, PUBLIC)


def test_one_bad_value_does_not_lose_the_rest(kept: Workspace) -> None:
    text = "state: idea\nholding: lost\nneed: Leaks.\nmaker:\n  title: {en: Leaks}\n  techniques: [magic]\n  titel: x\n"
    (kept.register / "bad.yaml").write_text(text, encoding="utf-8")
    listed = {one.id: one for one in registered.listing(kept, STEWARD)}["bad"]
    for one in (listed, registered.find(kept, STEWARD, "bad")):
        assert len(one.faults) == 3
        assert (one.card.authority.state, one.card.authority.need, one.title) == ("idea", "Leaks.", "Leaks")
        assert (one.card.authority.holding, one.card.maker.techniques) == ("", [])
    assert "bad" not in ids(kept, PUBLIC)
    with pytest.raises(InvalidInput, match="cannot be read"):
        registered.in_hand(kept, STEWARD, "bad")


def test_a_damaged_version_is_not_read_in_part(kept: Workspace) -> None:
    publishing.publish(kept, STEWARD, "leaks")
    registered.path_of(kept, "leaks").unlink()
    path = kept.cards / "leaks" / "1" / "card.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("Leak finder", "Something else"), encoding="utf-8")
    one = registered.find(kept, STEWARD, "leaks")
    assert one.faults
    assert one.card == Card()
