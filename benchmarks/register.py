"""How long a register of 1,500 cards takes to list, filter and score, and how heavy its page is.

``python benchmarks/register.py [--cards 1500]``

The cards are made up: about 2 kB each, no two alike, a third of their entries empty. Each figure is that of a new
process, which is what a command is; "cold" has no cache yet, "warm" has. The page is made by the portal's own
application, first and again. Reading the same files with PyYAML alone stands beside.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = (
    "agent", "analyse", "appel", "bassin", "bus", "capteur", "carte", "chaleur", "commune", "compteur", "crèche",
    "déchet", "demande", "école", "énergie", "fuite", "habitant", "logement", "ligne", "mairie", "mesure", "nuit",
    "parking", "piscine", "plan", "pluie", "pression", "prévision", "quartier", "réseau", "rue", "service",
    "signalement", "tournée", "transport", "vélo", "ville", "voirie",
)  # fmt: skip
THEMES = ("water", "energy", "mobility", "planning", "education", "residents", "waste")

LISTING = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from agglo.store.workspace import open_workspace
from agglo.trust.access import people
from agglo.trust.register import completeness, registered
here = open_workspace(Path(sys.argv[1]))
loaded = time.perf_counter()
found = registered.listing(here, people.operator(here))
listed = time.perf_counter()
filtered = [one for one in found if one.card.authority.theme == "water" and one.card.authority.state == "in-use"]
scores = [completeness.of(one.card).share for one in found]
done = time.perf_counter()
print(json.dumps({"cards": len(found), "water in use": len(filtered), "imports": loaded - begun,
                  "list": listed - loaded, "filter and score": done - listed, "all but imports": done - loaded}))
"""
BESIDE = """
import sys, time, yaml
from pathlib import Path
begun = time.perf_counter()
for path in Path(sys.argv[1], "register").glob("*.yaml"):
    yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
print(time.perf_counter() - begun)
"""
PAGE = """
import json, sys, time
from pathlib import Path
from starlette.testclient import TestClient
from agglo.portal import app, made
from agglo.store.workspace import open_workspace
client = TestClient(app.create(open_workspace(Path(sys.argv[1]))))
times = []
for address in ("/registre", "/registre?theme=water", "/registre?q=fuite"):
    begun = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    times.append({"address": address, "s": time.perf_counter() - begun, "kB": len(answer.content) / 1000})
print(json.dumps(times))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cards", type=int, default=1500)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        begun = time.perf_counter()
        fill(workspace, asked.cards)
        print(f"import of {asked.cards} cards: {time.perf_counter() - begun:.2f} s")
        for cache in (workspace / "cache").glob("register*"):
            subprocess.run(["rm", "-r", str(cache)], check=True)
        for label in ("cold", "warm", "warm"):
            said = json.loads(process(LISTING, workspace))
            told = ", ".join(f"{name} {value:.3f} s" for name, value in said.items() if isinstance(value, float))
            print(f"{label}: {said['cards']} cards, {said['water in use']} of water in use; {told}")
        print(f"the same files read by PyYAML (C): {float(process(BESIDE, workspace)):.3f} s")
        for one in json.loads(process(PAGE, workspace)):
            print(f"{one['address']}: {one['s'] * 1000:.0f} ms, {one['kB']:.0f} kB before compression")


def fill(workspace: Path, count: int) -> None:
    from agglo.contract import card
    from agglo.store.workspace import open_workspace
    from agglo.trust.access import people
    from agglo.trust.register import writing

    here, chance = open_workspace(workspace), random.Random(1)
    cards = [(f"card-{number:04}", card.parse(content(chance, number), "x")) for number in range(count)]
    writing.add_all(here, people.operator(here), cards)


def content(chance: random.Random, number: int) -> dict[str, object]:
    def text(length: int) -> str:
        return " ".join(chance.choices(WORDS, k=length)).capitalize() + f" {number}."

    entries = ("need", "benefit", "benefit_measure", "simple_baseline", "alternative", "context", "stage", "risks",
               "mitigations", "human_oversight", "people_concerned", "legal_basis", "cost", "owner",
               "service")  # fmt: skip
    said = {name: text(12) for name in entries if chance.random() < 0.67}
    return said | {
        "state": chance.choice(("idea", "project", "in-use", "retired")),
        "holding": chance.choice(("in-house", "bought", "partner")),
        "theme": chance.choice(THEMES),
        "maker": {"title": {"fr": text(5)}, "purpose": {"fr": text(25)}, "method": {"fr": text(40)}, "maker": text(2)},
    }


def process(code: str, workspace: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, str(workspace)], capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
