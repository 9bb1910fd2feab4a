"""How a deal is kept: each text is a sealed version; another text is another version.

``deals/NAME/VERSION/`` holds ``deal.json`` and a manifest that carries the digest of the text. Signatures, progress and
evidence are events of the version they were given for. A version is never changed: signatures stay with the text that
was signed, and the next version starts without any.
"""

from dataclasses import dataclass
from importlib import resources
from typing import Any

from agglo.contract.errors import AggloError, Damaged, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.store import digest, files, locks, sealed
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.deal import amendments, reading
from agglo.trust.deal.amendments import Change
from agglo.trust.deal.fields import SHORT_NAME
from agglo.trust.deal.text import OPEN, Deal

KIND = "deal"
DEAL_FILE = "deal.json"
AMENDED, SIGNED, PROGRESS, EVIDENCE = "amended", "signed", "progress", "evidence"
BUNDLED_VERSION = 0


@dataclass(frozen=True)
class Kept:
    """One version of a deal; a bundled text that nobody has kept is version 0, without a folder."""

    deal: Deal
    version: int
    sealed: Sealed | None = None

    @property
    def reference(self) -> str:
        """``NAME@VERSION``."""
        return f"{self.deal.name}@{self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 [hex] of the text, as it was when it was kept."""
        return str(self.sealed.manifest["digest"]) if self.sealed else self.deal.digest

    @property
    def since(self) -> str:
        """The instant this version was kept; nothing for a bundled text."""
        return str(self.sealed.manifest["kept"]) if self.sealed else ""

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Its events of one kind, oldest first."""
        return self.sealed.events(kind) if self.sealed else []


@dataclass(frozen=True, slots=True)
class Added:
    """What keeping a text came to: ``new`` is false where it was the latest version already."""

    kept: Kept
    new: bool
    changes: tuple[Change, ...] = ()
    signatures_left: int = 0


def add(workspace: Workspace, deal: Deal) -> Added:
    """Keep a text as a new version, unless it is that of the latest one.

    What changed is kept with it. Signatures of the version before stay there: ``signatures_left`` says how many.
    """
    with hold(workspace, deal.name):
        held = versions(workspace, deal.name)
        last = _load(workspace, deal.name, held[-1]) if held else None
        if last and last.digest == deal.digest:
            return Added(last, new=False)
        kept = _seal(workspace, deal, last)
        changed = tuple(amendments.changes(last.deal, deal)) if last else ()
        return Added(kept, True, changed, len(last.events(SIGNED)) if last else 0)


def open_for_signature(workspace: Workspace, name: str) -> Added:
    """Keep the same text with the status "open", which may be signed; its note, which speaks of the draft, goes.

    Raises
    ------
    InvalidInput
        It is open already.
    """
    from dataclasses import replace

    last = load(workspace, name)
    if last.deal.status == OPEN:
        raise InvalidInput(_("{reference} is open for signature already.").format(reference=last.reference))
    return add(workspace, replace(last.deal, status=OPEN, note={}))


def load(workspace: Workspace, reference: str) -> Kept:
    """The version ``NAME@VERSION``, or the latest one of ``NAME``, checked against its manifest and signatures.

    Raises
    ------
    NotFound
        No such deal or version.
    Damaged
        What is kept is not what was sealed, or not what was signed.
    """
    name, _at, version = reference.partition("@")
    held = versions(workspace, name)
    if not held:
        known = names(workspace)
        repair = nearest(name, known) if known else _('"agglo deal add" keeps one.')
        raise NotFound(_('No deal "{name}" in this workspace.').format(name=name), repair=repair)
    if version and version not in map(str, held):
        said = _("Deal {name} has no version {version}.").format(name=name, version=version)
        raise NotFound(said, repair=_("It has the versions: {names}").format(names=", ".join(map(str, held))))
    return _load(workspace, name, int(version) if version else held[-1])


def latest(workspace: Workspace, reference: str) -> Kept:
    """The latest version, which is the only one that is signed or followed; errors as :func:`load`.

    Raises
    ------
    InvalidInput
        The version asked for has been replaced.
    """
    found = load(workspace, reference)
    last = versions(workspace, found.deal.name)[-1]
    if found.version != last:
        raise InvalidInput(
            _("{reference} has been replaced.").format(reference=found.reference),
            [Fault(_("version"), str(found.version), str(last), _("Only the latest version is signed and followed."))],
        )
    return found


def history(workspace: Workspace, name: str) -> list[Kept]:
    """Every version of a deal, oldest first; errors as :func:`load`."""
    return [_load(workspace, name, version) for version in versions(workspace, name)]


def names(workspace: Workspace) -> list[str]:
    """The deals of this workspace."""
    return sorted(path.name for path in workspace.deals.iterdir() if versions(workspace, path.name))


def versions(workspace: Workspace, name: str) -> list[int]:
    """The versions of a deal, lowest first; none where there is no such deal."""
    if not SHORT_NAME.fullmatch(name) or not (workspace.deals / name).is_dir():
        return []
    folders = [path for path in (workspace.deals / name).iterdir() if path.name.isdecimal()]
    return sorted(int(path.name) for path in folders if Sealed(path).exists)


def hold(workspace: Workspace, name: str) -> Any:
    """The lock under which a deal is amended, signed and followed."""
    return locks.hold(workspace.lock(f"deal-{name[:80]}"))


def bundled_names() -> list[str]:
    """Deals that come with agglo."""
    folder = resources.files("agglo.trust.deal").joinpath("bundled")
    return sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml"))


def bundled(name: str) -> Kept:
    """The deal that comes with agglo under that name.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    if name not in bundled_names():
        said = _('No bundled deal "{name}".').format(name=name)
        raise NotFound(said, repair=nearest(name, bundled_names()))
    with resources.as_file(resources.files("agglo.trust.deal").joinpath("bundled", f"{name}.yaml")) as path:
        return Kept(reading.read(path), BUNDLED_VERSION)


def _seal(workspace: Workspace, deal: Deal, last: Kept | None) -> Kept:
    version = last.version + 1 if last else 1
    staging = workspace.staging / new_id()
    staging.mkdir()
    try:
        (staging / DEAL_FILE).write_bytes(files.to_json(deal.to_dict()))
        if last:
            _note_amendment(Sealed(staging), deal, last)
        details = {"version": version, "digest": deal.digest, "kept": now()}
        target = workspace.deals / deal.name / str(version)
        return Kept(
            deal, version, sealed.seal(staging, target, kind=KIND, id=f"{deal.name}@{version}", details=details)
        )
    finally:
        files.remove_tree(staging)


def _note_amendment(staged: Sealed, deal: Deal, last: Kept) -> None:
    changed = [one.to_dict() for one in amendments.changes(last.deal, deal)]
    content = {"from": last.version, "from_digest": last.digest, "digest": deal.digest, "changes": changed}
    staged.add_event(AMENDED, {**content, "signatures_left": len(last.events(SIGNED))})


def _load(workspace: Workspace, name: str, version: int) -> Kept:
    found = Sealed(workspace.deals / name / str(version))
    found.check()
    content = found.json(DEAL_FILE)
    written = digest.of_json(content)
    expected = {found.manifest.get("digest"), *(one.get("digest") for one in found.events(SIGNED))}
    where = f"{name}@{version}"
    if expected != {written}:
        said = ", ".join(sorted(str(one)[:12] for one in expected - {written}))
        raise Damaged(_("This is not the text that was kept and signed."), [Fault(where, written[:12], said)])
    try:
        deal = reading.from_dict(content)
    except AggloError as error:
        raise Damaged(_("A kept deal cannot be read."), error.faults) from None
    if (deal.name, found.manifest.get("id")) != (name, where):
        raise Damaged(_("A kept folder is not where it belongs."), [Fault(where, str(found.manifest.get("id")))])
    return Kept(deal, version, found)
