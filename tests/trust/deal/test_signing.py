from pathlib import Path

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.store import blobs
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, signing
from agglo.trust.deal.keeping import Kept


def test_a_signature_holds_who_when_and_the_digest_of_the_text(workspace: Workspace, kept: Kept) -> None:
    made = signing.sign(workspace, "small", party="lab", by="C D,  director", digest=kept.digest[:12])
    assert (made.party, made.by, made.digest, made.pdf) == ("lab", "C D, director", kept.digest, "")
    assert made.at[:10] == made.signed
    again = keeping.load(workspace, "small")
    assert signing.signatures(again) == [made]


def test_a_pdf_signed_elsewhere_is_kept_and_bound_to_the_text(workspace: Workspace, kept: Kept, tmp_path: Path) -> None:
    pdf = tmp_path / "signed by somebody.pdf"
    pdf.write_bytes(b"%PDF-1.7 signed")
    made = signing.sign(workspace, "small", party="lab", by="C D, director", pdf=pdf, signed="2026-01-20")
    assert blobs.get(workspace, made.pdf) == b"%PDF-1.7 signed"
    event = keeping.load(workspace, "small").events("signed")[0]
    assert (event["digest"], event["pdf"]) == (kept.digest, {"sha256": made.pdf, "bytes": 15})
    assert event["signed"] == "2026-01-20"
    assert "somebody" not in str(event)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"party": "labo"}, 'party: found labo, expected a party of this deal. Did you mean "lab"'),
        ({"by": "C D"}, 'by: found C D, expected "Name, function"'),
        ({"by": "C D, "}, "by: found"),
        ({"digest": "0" * 64}, "digest: found 000000000000.*read it again before signing"),
        ({"digest": "abc"}, "expected 12 to 64 hexadecimal digits"),
        ({"signed": "2026-13-01"}, "date: found 2026-13-01"),
        ({"signed": "2199-01-01"}, "expected a day that is not to come"),
    ],
)
def test_a_wrong_signature_is_refused(workspace: Workspace, kept: Kept, given: dict, expected: str) -> None:
    with pytest.raises(InvalidInput, match=expected):
        signing.sign(workspace, "small", **({"party": "lab", "by": "C D, director"} | given))
    assert keeping.load(workspace, "small").events("signed") == []


def test_a_party_signs_once(workspace: Workspace, kept: Kept) -> None:
    signing.sign(workspace, "small", party="lab", by="C D, director")
    with pytest.raises(InvalidInput, match="lab has signed already"):
        signing.sign(workspace, "small", party="lab", by="E F, deputy")


def test_what_is_no_pdf_is_refused(workspace: Workspace, kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"PK..")
    with pytest.raises(InvalidInput, match=r"a\.pdf: found .* expected a PDF file"):
        signing.sign(workspace, "small", party="lab", by="C D, director", pdf=tmp_path / "a.pdf")
    with pytest.raises(NotFound, match="No file"):
        signing.sign(workspace, "small", party="lab", by="C D, director", pdf=tmp_path / "b.pdf")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_never_said_to_be_a_qualified_signature(language: str) -> None:
    said = signing.NOTICE[language]
    assert "910/2014" in said
    assert ("n'est pas une signature électronique qualifiée" in said) or (
        "not a qualified electronic signature" in said
    )
