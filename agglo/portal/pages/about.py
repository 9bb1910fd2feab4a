"""What the portal says of itself: accessibility, legal notice and personal data, frugality, and how to read its API."""

from starlette.responses import Response

from agglo.catalogue.schema import spoken
from agglo.contract import numerals
from agglo.contract.language import _
from agglo.portal import about, adding, html
from agglo.portal.app import path_of
from agglo.portal.headings import heads
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import reading


def accessibility(visit: Visit) -> Response:
    """The accessibility statement, after the model of the French reference (RGAA 4.1)."""
    return html.page(visit, "accessibility.html.j2", contact=_contact(visit, "accessibility_contact", "contact"))


def legal(visit: Visit) -> Response:
    """Who answers for the portal, what it keeps of people, for how long, and their rights."""
    from agglo.trust.accounts import database, sessions

    hours = numerals.number(sessions.LONGEST.total_seconds() / 3600)
    idle = numerals.number(sessions.IDLE.total_seconds() / 3600)
    return html.page(
        visit,
        "legal.html.j2",
        heads=heads,
        publisher=str(visit.workspace.setting("publisher")),
        contact=_contact(visit, "contact"),
        kept=_kept(),
        cookies=_cookies(hours, idle),
        audit_days=database.AUDIT_KEPT.days,
    )


def _kept() -> list[list[str]]:
    """What is kept of people: what, what for, how long."""
    return [
        [_("Login and name of an account"), _("To sign in, and to be recognised by those who manage accounts"),
         _("Until the account is closed")],
        [_("Password"), _("To sign in; kept as an Argon2id digest, from which it cannot be read"),
         _("Until the account is closed")],
        [_("Role"), _("To know what the account may do"), _("Until the account is closed")],
        [_("Opaque identifier"), _("To tell who asked for an answer or added data, without a name"),
         _("As long as the answer or the data")],
        [_("Log of actions: identifier, action, day, network of the address"), _("To know who did what"),
         _("One year")],
        [_("Failed sign-ins"), _("To stop those who guess passwords"), _("One day")],
        [_("Name and function of who signs a deal"), _("To show who agreed to it: given on purpose"),
         _("For good, with the deal")],
    ]  # fmt: skip


def _cookies(hours: str, idle: str) -> list[list[str]]:
    return [
        ["session", _("To stay signed in"), _("{hours} hours at most, {idle} hours without use").format(
            hours=hours, idle=idle
        )],
        ["form", _("So that no other site can send a form in your name"), _("Until the browser is closed")],
        ["language", _("To remember the language you chose"), _("One year")],
    ]  # fmt: skip


def _contact(visit: Visit, *names: str) -> dict[str, str]:
    """The first contact that is declared: its text, and an address to click where it is one."""
    text = next((str(visit.workspace.setting(name)) for name in names if visit.workspace.setting(name)), "")
    plain = text.replace(" ", "")
    href = ""
    if "@" in text and " " not in text:
        href = f"mailto:{text}"
    elif plain.lstrip("+").replace(".", "").isdecimal():
        href = f"tel:{plain.replace('.', '')}"
    elif text.startswith("https://"):
        href = text
    return {"text": text, "href": href}


def frugality(visit: Visit) -> Response:
    """The frugality statement: every criterion of the framework, with its state and why."""
    groups = [
        (_(title), [one.row() for one in about.criteria() if one.theme == theme])
        for theme, title in about.THEMES.items()
    ]
    counts = [(_(about.STATES[state]), count) for state, count in about.counts().items()]
    return html.page(visit, "frugality.html.j2", heads=heads, groups=groups, counts=counts, total=len(about.criteria()))


def api(visit: Visit) -> Response:
    """How to read what is here from QGIS, a program or a spreadsheet."""
    root = f"{visit.address}{path_of('ogc')}"
    known = adding.schemas()
    first = reading.datasets(visit.workspace, visit.person, limit=1).rows
    example = None
    if first:
        parts = {"name": first[0]["name"], "version": first[0]["version"]}
        example = f"{visit.address}{path_of('dataset_file', form='csv', **parts)}"
    return html.page(
        visit,
        "api.html.j2",
        heads=heads,
        root=root,
        openapi=f"{path_of('ogc')}/api",
        example=example or f"{visit.address}/donnees/NAME/fichiers/VERSION.csv",
        schemas=[
            [{"text": f"{name}.json", "href": path_of("schema", name=name)}, spoken(one.get("title", "")) or "–"]
            for name, one in known.items()
        ],
        deal_schema=path_of("schema", name="local-green-deal"),
    )


ROUTES = (
    page("/accessibilite", accessibility, name="accessibility"),
    page("/mentions-legales", legal, name="legal"),
    page("/frugalite", frugality, name="frugality"),
    page("/api", api, name="api"),
)
