"""Signing in and out, and what somebody can do with their own account."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import AggloError, Fault, InvalidInput, NoNetwork, TooMany
from agglo.contract.language import _
from agglo.portal import html, onward, own_account, sessions
from agglo.portal.routing import page
from agglo.portal.security import address_of
from agglo.portal.visits import Visit
from agglo.trust.accounts import accounts, identity, passwords, provider, signing_in, tokens
from agglo.trust.accounts import sessions as kept_sessions

_SEE_OTHER = 303
_STATUS = ((TooMany, 429), (NoNetwork, 503), (provider.NotVouched, 403))
_DURATIONS = (30, 90, 366)
"""For how long a token may be good [days]."""


def login(visit: Visit) -> Response:
    """The form to sign in, and what comes of it."""
    wanted = onward.local(visit.form.get("next", "") or visit.query.get("next", ""))
    if visit.request.method == "POST":
        return _signed_in(visit, wanted)
    if visit.person.signed_in:
        return _to(wanted or _path("account"))
    return _login_page(visit, wanted)


def _signed_in(visit: Visit, wanted: str) -> Response:
    name, password, address = visit.form.get("login", ""), visit.form.get("password", ""), address_of(visit.request)
    try:
        account = signing_in.with_password(visit.workspace, name, password, address=address)
    except (signing_in.WrongPassword, TooMany) as error:
        answer = _login_page(visit, wanted, login=name[:100], error=error)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(int(error.wait_s) + 1)
        return answer
    return _begun(visit, account.id, wanted)


def _begun(visit: Visit, account: str, wanted: str, id_token: str | None = None) -> Response:
    """A session begins: always a new one, and the one that the browser held ends."""
    address = address_of(visit.request)
    if held := sessions.session_of(visit.request):
        kept_sessions.end(visit.workspace, held, address=address)
    answer = _to(wanted or _path("account"))
    token = kept_sessions.begin(visit.workspace, account, id_token=id_token, address=address)
    sessions.sign_in(visit.request, answer, token)
    return answer


def _login_page(visit: Visit, wanted: str, *, login: str = "", error: AggloError | None = None) -> Response:
    status = 200 if error is None else next((code for kind, code in _STATUS if isinstance(error, kind)), 422)
    identity_address = ""
    if provider.configured(visit.workspace):
        identity_address = f"{_path('identity')}?{urlencode({'next': wanted})}" if wanted else _path("identity")
    return html.page(
        visit, "login.html.j2", status=status, wanted=wanted, login=login, error=error, identity=identity_address
    )


def depart(visit: Visit) -> Response:
    """Off to the identity provider."""
    wanted = onward.local(visit.query.get("next", ""))
    browser = sessions.browser_of(visit.request)
    try:
        address = identity.departure(visit.workspace, back=_back(visit), browser=browser, onward=wanted)
    except NoNetwork as error:
        return _login_page(visit, wanted, error=error)
    return _to(address)


def arrive(visit: Visit) -> Response:
    """Back from the identity provider."""
    browser = sessions.browser_of(visit.request)
    try:
        vouched = identity.arrival(visit.workspace, visit.query, back=_back(visit), browser=browser)
        account = accounts.of_identity(visit.workspace, vouched.issuer, vouched.subject, name=vouched.name)
    except (provider.NotVouched, NoNetwork) as error:
        return _login_page(visit, "", error=error)
    if account.disabled:
        return _login_page(visit, "", error=provider.NotVouched(f"{account.id} is disabled"))
    return _begun(visit, account.id, onward.local(vouched.onward), vouched.id_token)


def logout(visit: Visit) -> Response:
    """The session ends, here and at the identity provider that began it."""
    held = sessions.session_of(visit.request)
    ended = kept_sessions.end(visit.workspace, held, address=address_of(visit.request)) if held else None
    address = _path("home")
    if ended and ended.id_token:
        address = _farewell(visit, ended.id_token) or address
    answer = _to(address)
    sessions.sign_out(visit.request, answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _farewell(visit: Visit, id_token: str) -> str:
    try:
        return identity.farewell(visit.workspace, id_token, back=visit.address + _path("home"))
    except AggloError:
        return ""


def account(visit: Visit) -> Response:
    """What somebody is here, may do, has asked, and their tokens."""
    if not visit.person.signed_in:
        return _to(f"{_path('login')}?{urlencode({'next': _path('account')})}")
    return _account_page(visit)


def _account_page(
    visit: Visit, *, status: int = 200, error: AggloError | None = None, typed: Mapping[str, str] | None = None,
    made: str = "", done: str = "",
) -> Response:  # fmt: skip
    answer = html.page(
        visit,
        "account.html.j2",
        status=status,
        own=own_account.of(visit.workspace, visit.person),
        durations=_DURATIONS,
        error=error,
        typed=typed or {},
        made=made,
        done=done
        or {"password": _("Your password has been changed. Your other sessions have ended.")}.get(
            visit.query.get("done", ""), ""
        ),
    )
    return _with_farewell_allowed(visit, answer)


def _with_farewell_allowed(visit: Visit, answer: Response) -> Response:
    """Let the form to sign out lead to the provider where the session ends too."""
    if not provider.configured(visit.workspace):
        return answer
    try:
        end = urlsplit(identity.farewell(visit.workspace, "", back=""))
    except AggloError:
        return answer
    if end.netloc:
        answer.headers["x-agglo-csp-extra"] = f"form-action {end.scheme}://{end.netloc}"
    return answer


def password(visit: Visit) -> Response:
    """Change one's own password."""
    own, new = _signed(visit), visit.form.get("password", "")
    try:
        _check_new(visit, own, new)
    except TooMany as error:
        return _account_page(visit, status=429, error=error)
    except InvalidInput as error:
        return _account_page(visit, status=422, error=error)
    held = kept_sessions.digest_of(sessions.session_of(visit.request))
    accounts.set_password(visit.workspace, own.id, new, by=own.id, but=held)
    return _to(f"{_path('account')}?done=password")


def _check_new(visit: Visit, own: accounts.Account, new: str) -> None:
    """Refuse a new password that is weak or mistyped, or that is not its owner's to change; every fault is told."""
    faults = [*passwords.faults(new, login=own.login)]
    if new != visit.form.get("again", ""):
        faults.append(Fault("again", repair=_("The two new passwords are not the same. Type them again.")))
    try:
        current, address = visit.form.get("current", ""), address_of(visit.request)
        signing_in.with_password(visit.workspace, own.login, current, address=address)
    except signing_in.WrongPassword:
        faults.insert(0, Fault("current", repair=_("This is not your password.")))
    if faults:
        raise InvalidInput(_("This password cannot be taken."), faults)


def make_token(visit: Visit) -> Response:
    """Make a token; this answer is the only one that shows it."""
    own, label, days = _signed(visit), visit.form.get("label", ""), visit.form.get("days", "")
    number = int(days) if days.isdecimal() and len(days) < 5 else 0
    try:
        made = tokens.add(visit.workspace, own.id, label, days=number)
    except InvalidInput as error:
        return _account_page(visit, status=422, error=error, typed={"label": label, "days": days})
    return _account_page(visit, status=201, made=made)


def revoke_token(visit: Visit) -> Response:
    """Revoke one of one's tokens."""
    tokens.revoke(visit.workspace, _signed(visit).id, visit.path["id"])
    return _to(f"{_path('account')}#tokens")


def _signed(visit: Visit) -> accounts.Account:
    """The account of whoever asks. Only people with a session manage it: a token cannot make another."""
    if not visit.person.signed_in or sessions.bears_token(visit.request):
        raise signing_in.SignInFirst
    return accounts.of(visit.workspace, visit.person.id)


def _back(visit: Visit) -> str:
    return visit.address + _path("identity_return")


def _to(address: str) -> Response:
    return RedirectResponse(address, _SEE_OTHER)


def _path(name: str) -> str:
    from agglo.portal.app import path_of

    return path_of(name)


ROUTES = (
    page("/connexion", login, name="login", methods=("GET", "POST")),
    page("/connexion/fournisseur", depart, name="identity"),
    page("/connexion/retour", arrive, name="identity_return"),
    page("/deconnexion", logout, name="logout", methods=("POST",)),
    page("/compte", account, name="account"),
    page("/compte/mot-de-passe", password, name="password", methods=("POST",)),
    page("/compte/jetons", make_token, name="tokens", methods=("POST",)),
    page("/compte/jetons/{id}/revoquer", revoke_token, name="token", methods=("POST",)),
)
