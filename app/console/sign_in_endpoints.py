"""The pages of signing in and out: an address with a password or a mailed code, then the second factor."""

import re
from collections.abc import Awaitable

from fastapi import APIRouter
from fastapi.responses import Response

from app.console.cookies import SESSION_COOKIE, VISIT_COOKIE
from app.console.dependencies import HOME, LANGUAGE_COOKIE, ROOT, SIGN_IN, Visit, Visiting
from app.console.forms import Failure, Form
from app.core.clock import now
from app.core.errors import AppError, Invalid
from app.core.localisation import Locale
from app.core.tokens import token_digest
from app.identity.errors import ChallengeSpent, CodeSpent, SignInRefused, TooManyTries
from app.identity.queries import load_actor_by_token
from app.identity.second_factor.schemas import SecondFactorChallenge, SecondFactorSignIn
from app.identity.second_factor.steps import SecondStep, SignInStep
from app.identity.sessions.browser import limit_to_browser_life, new_browser
from app.identity.sessions.schemas import SessionTokens
from app.identity.sessions.service import end_session
from app.identity.sign_in.schemas import CodeSignIn, PasswordSignIn, SignInCodeRequest
from app.identity.sign_in.service import SignIn
from app.models.sessions import SessionEnd

router = APIRouter()

_WITHIN = re.compile(r"/console(/[A-Za-z0-9/_-]*)?(\?[A-Za-z0-9_=&%.-]*)?")


def within(path: str) -> str:
    """A page of the console to go on to; the first one where something else is asked for."""
    return path if _WITHIN.fullmatch(path) and "//" not in path else HOME


@router.get("/sign-in")
async def show_sign_in(visit: Visiting, to: str = HOME) -> Response:
    """Ask who it is."""
    return visit.page("sign_in.html", to=within(to))


@router.post("/sign-in")
async def sign_in(visit: Visiting) -> Response:
    """Take an address with a password, or mail a code to it."""
    form = await visit.form()
    service = _service(visit)
    try:
        if form.text("way") == "code":
            ticket = await service.request_code(form.model(SignInCodeRequest, "email").email)
            return visit.page("sign_in_code.html", to=within(form.text("to")), code_id=ticket.id)
        step = service.by_password(form.model(PasswordSignIn, "email", "password", device=new_browser(_name(visit))))
        return await _finish(visit, form, step)
    except (SignInRefused, TooManyTries, Invalid) as error:
        failure = Failure(error, form, "sign-in")
        return visit.page("sign_in.html", failure=failure, to=within(form.text("to")))


@router.post("/sign-in/code")
async def sign_in_by_code(visit: Visiting) -> Response:
    """Take the code that was mailed."""
    form = await visit.form()
    try:
        request = form.model(CodeSignIn, "code_id", "code", device=new_browser(_name(visit)))
        return await _finish(visit, form, _service(visit).by_code(request))
    except (SignInRefused, TooManyTries, Invalid) as error:
        again = "sign_in.html" if isinstance(error, CodeSpent) else "sign_in_code.html"
        failure = Failure(error, form, "sign-in")
        return visit.page(again, failure=failure, to=within(form.text("to")), code_id=form.text("code_id"))


@router.post("/sign-in/second-factor")
async def sign_in_by_second_factor(visit: Visiting) -> Response:
    """Take the second factor."""
    form = await visit.form()
    step = SecondStep(visit.resources.database, visit.resources.settings.signing_key, visit.client_address)
    try:
        request = form.model(SecondFactorSignIn, "challenge_token", "code", device=new_browser(_name(visit)))
        return await _finish(visit, form, step.complete(request))
    except (SignInRefused, TooManyTries, Invalid) as error:
        return _ask_again(visit, form, error)


@router.post("/sign-out")
async def sign_out(visit: Visiting) -> Response:
    """End the session of this browser."""
    await visit.form()
    async with visit.resources.database.write() as session:
        actor = await load_actor_by_token(session, token_digest(visit.token))
        if actor is not None and actor.session_id is not None:
            await end_session(session, actor.session_id, SessionEnd.SIGNED_OUT)
    response = visit.go(SIGN_IN)
    visit.set_cookie(response, SESSION_COOKIE, "")
    return response


@router.get("/language/{language}")
async def choose_language(visit: Visiting, language: Locale, to: str = HOME) -> Response:
    """Keep a language for this browser."""
    response = visit.go(within(to))
    response.set_cookie(LANGUAGE_COOKIE, language.value, max_age=31_536_000, path=ROOT, httponly=True, samesite="lax")
    return response


def _service(visit: Visit) -> SignIn:
    return SignIn(visit.resources.database, visit.resources.settings.signing_key, visit.client_address)


def _name(visit: Visit) -> str:
    return "웹 관리 화면" if visit.locale is Locale.KOREAN else "Web console"


async def _finish(visit: Visit, form: Form, step: Awaitable[SignInStep]) -> Response:
    """A session for this browser, or the question for the second factor."""
    given = await step
    if isinstance(given, SecondFactorChallenge):
        return visit.page("second_factor.html", to=within(form.text("to")), challenge=given.challenge_token)
    return await _begin(visit, form, given)


async def _begin(visit: Visit, form: Form, tokens: SessionTokens) -> Response:
    await limit_to_browser_life(visit.resources.database, tokens, now())
    response = visit.go(within(form.text("to")))
    visit.set_cookie(response, SESSION_COOKIE, tokens.access_token)
    visit.set_cookie(response, VISIT_COOKIE, "")
    return response


def _ask_again(visit: Visit, form: Form, error: AppError) -> Response:
    failure, to = Failure(error, form, "sign-in"), within(form.text("to"))
    if isinstance(error, ChallengeSpent):
        return visit.page("sign_in.html", failure=failure, to=to)
    return visit.page("second_factor.html", failure=failure, to=to, challenge=form.text("challenge_token"))
