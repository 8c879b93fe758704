"""All routes of identity."""

from fastapi import APIRouter

from app.identity.accounts import endpoints as accounts
from app.identity.applicants import endpoints as applicants
from app.identity.email_changes import endpoints as email_changes
from app.identity.external import endpoints as external
from app.identity.me import endpoints as me
from app.identity.passkeys import endpoints as passkeys
from app.identity.password_resets import endpoints as password_resets
from app.identity.second_factor import endpoints as second_factor
from app.identity.sessions import endpoints as sessions
from app.identity.sign_in import endpoints as sign_in

router = APIRouter()
for _part in (
    me.router,
    sessions.router,
    sign_in.router,
    applicants.router,
    password_resets.router,
    email_changes.router,
    second_factor.router,
    external.router,
    passkeys.router,
    accounts.router,
):
    router.include_router(_part)
