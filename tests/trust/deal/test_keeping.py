import copy
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agglo.contract.errors import Damaged, InvalidInput, NotFound
from agglo.store import digest
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, progress, reading, signing
from agglo.trust.deal.keeping import Kept

from .conftest import Content


def test_a_kept_text_is_a_sealed_folder_with_its_digest(workspace: Workspace, kept: Kept) -> None:
    folder = workspace.deals / "small" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["kind"], manifest["id"], manifest["version"]) == ("deal", "small@1", 1)
    assert manifest["digest"] == digest.of_json(json.loads((folder / "deal.json").read_text())) == kept.deal.digest
    assert list(workspace.staging.iterdir()) == []


def test_the_same_text_makes_no_version_and_another_one_does(
    workspace: Workspace, kept: Kept, content: Content
) -> None:
    assert not keeping.add(workspace, reading.from_dict(content)).new
    content["commitments"][0]["target"]["value"] = 10
    content["commitments"].append({**content["commitments"][2], "id": "other"})
    content["commitments"][1] |= {"partners": ["agglo"]}
    added = keeping.add(workspace, reading.from_dict(content))
    assert (added.new, added.kept.version, keeping.versions(workspace, "small")) == (True, 2, [1, 2])
    assert [(one.where, one.before, one.after) for one in added.changes] == [
        ("commitments.land.target.value", 0, 10),
        ("commitments.retrofit.partners", None, ["agglo"]),
        ("commitments.other", None, reading.from_dict(content).to_dict()["commitments"][3]),
    ]
    amended = added.kept.events("amended")
    assert [one["where"] for one in amended[0]["changes"]] == [one.where for one in added.changes]
    assert (amended[0]["from"], amended[0]["from_digest"], amended[0]["signatures_left"]) == (1, kept.digest, 0)
    assert keeping.load(workspace, "small@1").deal == kept.deal


def test_an_order_alone_is_a_change(workspace: Workspace, kept: Kept, content: Content) -> None:
    content["parties"].reverse()
    added = keeping.add(workspace, reading.from_dict(content))
    assert [one.where for one in added.changes] == ["parties (order)"]


def test_signatures_stay_with_the_text_that_was_signed(workspace: Workspace, kept: Kept, content: Content) -> None:
    signing.sign(workspace, "small", party="agglo", by="A B, president")
    before = {path: path.read_bytes() for path in kept.sealed.folder.rglob("*") if path.is_file()}
    content["commitments"][0]["target"]["value"] = 10
    added = keeping.add(workspace, reading.from_dict(content))
    assert added.signatures_left == 1
    assert signing.signatures(added.kept) == []
    assert len(signing.signatures(keeping.load(workspace, "small@1"))) == 1
    assert {path: path.read_bytes() for path in kept.sealed.folder.rglob("*") if path.is_file()} == before


def test_a_version_that_was_replaced_is_no_longer_signed_nor_followed(
    workspace: Workspace, kept: Kept, content: Content, evidence: Path
) -> None:
    content["date"] = "2026-02-01"
    keeping.add(workspace, reading.from_dict(content))
    with pytest.raises(InvalidInput, match="small@1 has been replaced"):
        signing.sign(workspace, "small@1", party="agglo", by="A B, president")
    with pytest.raises(InvalidInput, match="Only the latest version"):
        progress.attach(workspace, "small@1", "land", evidence=evidence, author="officer", source="x")


def test_a_changed_text_is_found_by_the_manifest(workspace: Workspace, kept: Kept) -> None:
    path = kept.sealed.folder / "deal.json"
    path.write_text(path.read_text().replace("Halve it", "Keep it"))
    for read in (keeping.load, keeping.latest):
        with pytest.raises(Damaged, match="Kept content has changed since it was sealed"):
            read(workspace, "small")
    with pytest.raises(Damaged):
        signing.sign(workspace, "small", party="agglo", by="A B, president")


def test_a_text_changed_with_its_manifest_is_found_by_its_signatures(
    workspace: Workspace, kept: Kept, content: Content
) -> None:
    signing.sign(workspace, "small", party="agglo", by="A B, president")
    content["commitments"][0]["target"]["value"] = 39
    forged = keeping.add(workspace, reading.from_dict({**content, "name": "forged"})).kept
    own = json.loads((forged.sealed.folder / "deal.json").read_text()) | {"name": "small"}
    (kept.sealed.folder / "deal.json").write_text(json.dumps(own))
    from agglo.store.files import sha256_of

    manifest = json.loads((kept.sealed.folder / "manifest.json").read_text())
    sha256, size = sha256_of(kept.sealed.folder / "deal.json")
    manifest |= {"digest": digest.of_json(own), "files": {"deal.json": {"sha256": sha256, "bytes": size}}}
    (kept.sealed.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Damaged, match="not the text that was kept and signed"):
        keeping.load(workspace, "small")


def test_a_copy_under_another_name_is_refused(workspace: Workspace, kept: Kept) -> None:
    (workspace.deals / "other").mkdir()
    kept.sealed.folder.rename(workspace.deals / "other" / "1")
    with pytest.raises(Damaged, match="not where it belongs"):
        keeping.load(workspace, "other")


def test_opening_keeps_the_same_text_as_a_version_that_may_be_signed(workspace: Workspace, content: Content) -> None:
    draft = keeping.add(workspace, reading.from_dict({**content, "status": "draft", "note": {"fr": "brouillon"}})).kept
    with pytest.raises(InvalidInput, match=r"found a draft, expected a text open.*agglo deal open small"):
        signing.sign(workspace, "small", party="agglo", by="A B, president")
    added = keeping.open_for_signature(workspace, "small")
    assert [one.where for one in added.changes] == ["status", "note"]
    assert added.kept.digest == reading.from_dict(content).digest != draft.digest
    with pytest.raises(InvalidInput, match="open for signature already"):
        keeping.open_for_signature(workspace, "small")


def test_the_nearest_deal_and_the_versions_are_named(workspace: Workspace, kept: Kept) -> None:
    with pytest.raises(NotFound, match=r'No deal "smal".*\n.*Did you mean "small"'):
        keeping.load(workspace, "smal")
    with pytest.raises(NotFound, match="It has the versions: 1"):
        keeping.load(workspace, "small@3")
    for reference in ("../small", "", "small/1"):
        with pytest.raises(NotFound):
            keeping.load(workspace, reference)
    with pytest.raises(NotFound, match="paris-saclay"):
        keeping.bundled("paris")


def test_the_index_is_made_again_beside_deals(workspace: Workspace, kept: Kept) -> None:
    assert workspace.index.rebuild()["run"] == 0
    assert keeping.names(workspace) == ["small"]


def test_a_folder_without_its_manifest_does_not_exist(workspace: Workspace, kept: Kept) -> None:
    (workspace.deals / "small" / "2").mkdir()
    assert keeping.versions(workspace, "small") == [1]


def test_texts_and_signatures_given_at_once_are_all_kept_and_none_twice(
    workspace: Workspace, kept: Kept, content: Content
) -> None:
    def amend(year: int) -> int:
        inner = copy.deepcopy(content)
        inner["commitments"][0]["target"]["year"] = year
        return keeping.add(workspace, reading.from_dict(inner)).kept.version

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(amend, range(2031, 2039))) == list(range(2, 10))

    def sign(number: int) -> str:
        try:
            return signing.sign(workspace, "small", party="lab", by=f"A {number}, director").by
        except InvalidInput:
            return ""

    with ThreadPoolExecutor(4) as pool:
        assert len([one for one in pool.map(sign, range(8)) if one]) == 1
    assert len(signing.signatures(keeping.load(workspace, "small"))) == 1
