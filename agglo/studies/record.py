"""The durable record of a study: what was asked, under which version of each scenario, and what came of it.

``studies/NAME/ID/`` is sealed for each content that was run; ``study.json`` holds it. Its events are ``ran`` (for each
scenario and step: run, kept answer or failure) and ``state`` (who moved a scenario from one state to another, when).
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.runs import aside
from agglo.runs import code as kept_code
from agglo.store import digest, files, locks, sealed
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.studies import study as studies
from agglo.studies.plan import Plan
from agglo.studies.study import Study

KIND = "study"
STUDY_FILE = "study.json"
RAN, STATE = "ran", "state"
FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Kept:
    """One content of a study, as sealed."""

    sealed: Sealed

    @cached_property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = self.sealed.json(STUDY_FILE)
        return content

    @property
    def id(self) -> str:
        return self.sealed.folder.name

    @cached_property
    def study(self) -> Study:
        return studies.from_dict(self.content["study"], self.content["models"])

    @property
    def versions(self) -> dict[str, int]:
        """The version of each scenario that this content made ready."""
        return {name: one["version"] for name, one in self.content["scenarios"].items()}

    def version_text(self, name: str) -> str:
        """A scenario's version as runs keep it: with its digest, so that two contents never pass for one."""
        one = self.scenario(name)
        return f"{one['version']}-{one['digest'][:8]}"

    def scenario(self, name: str) -> dict[str, Any]:
        """A scenario as it was asked: ``version``, ``digest`` and ``content``."""
        one: dict[str, Any] = self.content["scenarios"][name]
        return one


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A scenario whose content changed after it was run, and the state that the version before it keeps."""

    scenario: str
    version: int
    before: str


def names(workspace: Workspace) -> list[str]:
    """The studies that were run in this workspace."""
    return sorted(path.name for path in workspace.studies.glob("*") if history(workspace, path.name))


def history(workspace: Workspace, name: str) -> list[Kept]:
    """Every content of a study that was run, oldest first; none where there is no such study."""
    folder = workspace.studies / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        return []
    return [Kept(Sealed(path)) for path in sorted(folder.iterdir()) if Sealed(path).exists]


def held(workspace: Workspace, name: str, *, among: Collection[str] | None = None) -> list[Kept]:
    """:func:`history` of a study that must be there, each checked against its manifest.

    ``among`` are the names that may be found and spoken of; all if there is none.

    Raises
    ------
    NotFound
        No study of that name was run; the nearest is named.
    Damaged
        What is kept has changed.
    """
    found = history(workspace, name) if among is None or name in among else []
    if not found:
        known = sorted(names(workspace) if among is None else among)
        repair = nearest(name, known) if known else _('"agglo study run" runs one.')
        raise NotFound(_('No study "{name}" was run in this workspace.').format(name=name), repair=repair)
    for one in found:
        one.sealed.check()
    return found


def keep(workspace: Workspace, plan: Plan) -> tuple[Kept, list[NewVersion]]:
    """Keep what is about to be asked, unless it is what was asked last; the answer says which scenarios got a new
    version since their content changed. The same content again is the same version."""
    name = plan.study.name
    with locks.hold(workspace.lock(f"study-{name}")):
        before = history(workspace, name)
        content, new = _content(workspace, plan, before)
        whole = digest.of_json(content)
        if before and before[-1].sealed.manifest["digest"] == whole:
            return before[-1], []
        with aside.folder(workspace) as staging:
            (staging / STUDY_FILE).write_bytes(files.to_json({**content, "digest": whole, "kept": now()}))
            identifier = new_id()
            target = workspace.studies / name / identifier
            details = {"name": name, "digest": whole}
            return Kept(sealed.seal(staging, target, kind=KIND, id=identifier, details=details)), new


def _content(workspace: Workspace, plan: Plan, before: Sequence[Kept]) -> tuple[dict[str, Any], list[NewVersion]]:
    """What ``study.json`` holds, as JSON reads it again, and the scenarios that get a new version."""
    scenarios, new = {}, []
    for scenario in plan.scenarios:
        written = _plain(plan.content(scenario))
        own = digest.of_json(written)
        versions = {one.scenario(scenario.name)["digest"]: one.versions[scenario.name]
                    for one in before if scenario.name in one.versions}  # fmt: skip
        version = versions.get(own) or max(versions.values(), default=0) + 1
        if own not in versions and versions:
            last = max(versions.values())
            new.append(NewVersion(scenario.name, version, state_of(before, scenario.name, last)))
        scenarios[scenario.name] = {"version": version, "digest": own, "content": written}
    models = {step.model: _kept_model(workspace, plan, step.name) for step in plan.study.steps.values()}
    study = plan.study.to_dict()
    return {
        "format": FORMAT,
        "study": _plain(study),
        "models": {name: one for name, one in models.items() if one},
        "scenarios": scenarios,
    }, new


def _kept_model(workspace: Workspace, plan: Plan, step: str) -> dict[str, Any] | None:
    """The interface and code of a model that is a folder, so that the study can be asked again without it."""
    model = plan.models[step]
    if not model.command:
        return None
    return {"interface": _plain(model.interface()), "code": kept_code.keep(workspace, model)}


def _plain(content: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(content, ensure_ascii=False))


def state_of(before: Sequence[Kept], scenario: str, version: int) -> str:
    """The state of a version of a scenario: the last it was moved to, a draft before that."""
    moves = [one for one in moves_of(before, scenario) if one["version"] == version]
    return str(moves[-1]["to"]) if moves else studies.STATES[0]


def moves_of(before: Sequence[Kept], scenario: str) -> list[dict[str, Any]]:
    """Every move of a scenario from one state to another, oldest first."""
    moves = [event for one in before for event in one.sealed.events(STATE) if event["scenario"] == scenario]
    return sorted(moves, key=lambda event: str(event["id"]))


def last_ran(before: Sequence[Kept], scenario: str, version: int) -> dict[str, Any] | None:
    """What the last run of a version of a scenario gave, by step; None where it was never run.

    What a run that was interrupted did not come to stays as the run before left it.
    """
    events = [event for one in before if one.versions.get(scenario) == version for event in one.sealed.events(RAN)]
    found: dict[str, Any] = {}
    for event in sorted(events, key=lambda event: str(event["id"])):
        for step, given in event["scenarios"].get(scenario, {"steps": {}})["steps"].items():
            if given["run"] or not event["interrupted"] or step not in found:
                found[step] = given
    return found or None
