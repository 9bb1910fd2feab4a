"""Who agreed to which text: a record of agreement, bound to the digest of the text.

It is not a qualified electronic signature, which is the one that Regulation (EU) No 910/2014 (eIDAS), article 25(2),
gives the effect of a handwritten one, nor an advanced one (article 26): agglo does not identify the signatory. A PDF
signed elsewhere may be kept with it, as it is; agglo does not check the signature inside.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.contract.numerals import day
from agglo.store import blobs
from agglo.store.identifiers import now
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping
from agglo.trust.deal.keeping import Kept
from agglo.trust.deal.reading import is_day
from agglo.trust.deal.text import OPEN, Deal

NOTICE = {
    "fr": "Ce registre garde un accord : qui, quand, et le condensat du texte exact. Ce n'est pas une signature "
    "électronique qualifiée au sens de l'article 25 du règlement (UE) n° 910/2014 (eIDAS), ni une signature avancée au "
    "sens de son article 26.",
    "en": "This is a record of agreement: who, when, and the digest of the exact text. It is not a qualified "
    "electronic signature within the meaning of article 25 of Regulation (EU) No 910/2014 (eIDAS), nor an advanced "
    "one within the meaning of its article 26.",
}
"""What every output says of agglo's signatures."""

SHORTEST_DIGEST = 12
_DIGEST = re.compile(r"[0-9a-f]{12,64}")
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Signature:
    """An agreement of a party to the text of that ``digest``; ``pdf`` is the blob of a PDF signed elsewhere, if any."""

    party: str
    by: str
    signed: str
    at: str
    digest: str
    pdf: str = ""

    def to_dict(self) -> dict[str, Any]:
        content = {"party": self.party, "by": self.by, "signed": self.signed, "at": self.at, "digest": self.digest}
        return {**content, "pdf": self.pdf or None}


def signatures(kept: Kept) -> list[Signature]:
    """The signatures of one version, oldest first."""
    found = [(event, event["pdf"]) for event in kept.events(keeping.SIGNED)]
    return [
        Signature(one["party"], one["by"], one["signed"], one["at"], one["digest"], pdf["sha256"] if pdf else "")
        for one, pdf in found
    ]


def sign(
    workspace: Workspace,
    reference: str,
    *,
    party: str,
    by: str,
    digest: str = "",
    signed: str = "",
    pdf: Path | None = None,
) -> Signature:
    """Keep that a party agrees to the text of the latest version.

    Parameters
    ----------
    by
        "Name, function" of who signs for the party: personal data, given on purpose and kept for good.
    digest
        What the signatory read [hex, 12 digits or more]; another text is refused.
    signed
        Day of the signature, YYYY-MM-DD; today if none is given.
    pdf
        A PDF signed elsewhere; its bytes are kept and bound to the digest of the text.

    Raises
    ------
    InvalidInput
        Lists all that stands against it: a draft, a party that is none of the deal or has signed, another text, no name
        or function, a file that is no PDF.
    NotFound
        No such deal, version or file.
    """
    if pdf and not pdf.is_file():
        raise NotFound(_("No file {name}.").format(name=pdf), repair=_("Give the name of a file."))
    kept = keeping.latest(workspace, reference)
    with keeping.hold(workspace, kept.deal.name):
        kept = keeping.latest(workspace, kept.reference)
        today = now()[:10]
        faults = [*_of_text(kept, digest), *_of_party(kept, party), *_of_words(by, signed, today), *_of_file(pdf)]
        if faults:
            raise InvalidInput(_("{reference} cannot be signed.").format(reference=kept.reference), faults)
        file = {"sha256": blobs.put_file(workspace, pdf), "bytes": pdf.stat().st_size} if pdf else None
        content = {"party": party, "by": " ".join(by.split()), "signed": signed or today, "digest": kept.digest}
        _folder(kept).add_event(keeping.SIGNED, {**content, "version": kept.version, "pdf": file})
    return signatures(kept)[-1]


def _folder(kept: Kept) -> Any:
    assert kept.sealed, "only what is kept can be signed"
    return kept.sealed


def _of_text(kept: Kept, digest: str) -> list[Fault]:
    found = []
    if kept.deal.status != OPEN:
        repair = _('"agglo deal open {name}" opens it for signature.').format(name=kept.deal.name)
        found.append(Fault(_("status"), _("a draft"), _("a text open for signature"), repair))
    wanted = digest.strip().lower()
    if wanted and not _DIGEST.fullmatch(wanted):
        found.append(Fault("digest", digest[:80], _("12 to 64 hexadecimal digits")))
    elif wanted and not kept.digest.startswith(wanted):
        said = _("This is not the text that was read: read it again before signing.")
        found.append(Fault("digest", wanted[:SHORTEST_DIGEST], kept.digest[:SHORTEST_DIGEST], said))
    return found


def _of_party(kept: Kept, party: str) -> list[Fault]:
    known = [one.id for one in kept.deal.parties]
    if party not in known:
        return [Fault("party", party[:80] or _("nothing"), _("a party of this deal"), nearest(party, known))]
    done = next((one for one in signatures(kept) if one.party == party), None)
    if done:
        said = _("{party} has signed already, on {day}").format(party=party, day=day(done.signed))
        return [Fault("party", said, _("each party once"))]
    return []


def _of_words(by: str, signed: str, today: str) -> list[Fault]:
    found = []
    name, _comma, function = by.partition(",")
    if not (name.strip() and function.strip()):
        found.append(Fault("by", by[:80] or _("nothing"), _('"Name, function" of who signs for the party')))
    if signed and not is_day(signed):
        found.append(Fault("date", signed[:80], _("a day, YYYY-MM-DD")))
    elif signed > today:
        found.append(Fault("date", signed, _("a day that is not to come")))
    return found


def _of_file(pdf: Path | None) -> list[Fault]:
    if pdf is None:
        return []
    with pdf.open("rb") as file:
        start = file.read(len(_PDF))
    return [] if start == _PDF else [Fault(pdf.name, repr(start)[:40], _("a PDF file"))]


def party_names(deal: Deal) -> dict[str, str]:
    """Names of the parties by identifier."""
    return {one.id: one.name for one in deal.parties}
