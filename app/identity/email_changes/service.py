"""Changing one's own address. Who holds a session alone can't do it, nor who reads only one of the mailboxes."""

import uuid

import structlog
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.errors import FieldError, Invalid, NotFound, Unauthenticated, invalid_field
from app.core.localisation import Text
from app.identity.accounts.queries import active_account_for_update
from app.identity.actor import Actor
from app.identity.email_changes import schemas
from app.identity.email_changes.events import EmailChangeRequested
from app.identity.errors import EmailChangeSpent, EmailTaken
from app.identity.notices.events import Notice, tell
from app.identity.sessions.queries import is_alive
from app.identity.sign_in.codes import CODE_LIFE, CodePurpose, is_code, new_nonce
from app.identity.sign_in.tries import count_try, spend_codes
from app.identity.throttles import EMAIL_CHANGES_PER_ACCOUNT, EMAIL_CHANGES_PER_ADDRESS, throttles
from app.models import Account, EmailChange, PasswordReset, SignInCode
from app.outbox import events as outbox

log = structlog.get_logger(__name__)

_NO_ADDRESS = ""
"""Stands for the old address of an account without one."""
_WRONG = Text("코드가 올바르지 않습니다. 메일을 확인해 주세요.", "The code is wrong; look at the mail again.")


async def request_change(
    session: AsyncSession, signing_key: bytes, actor: Actor, request: schemas.EmailChangeCreate
) -> schemas.EmailChange:
    """Have a code sent to the present address, if there is one, and to the new one, whether or not anybody has that.

    :raises Invalid: it is the present address.
    :raises TooManyTries: for this person, or for this address.
    """
    present = await session.scalar(select(Account.email).where(Account.id == actor.account_id)) or _NO_ADDRESS
    if present == request.email:
        raise invalid_field("/body/email", "same_address", "지금 쓰고 있는 주소입니다.", "This is the present address.")
    subjects = [(EMAIL_CHANGES_PER_ACCOUNT, str(actor.account_id)), (EMAIL_CHANGES_PER_ADDRESS, request.email)]
    await throttles(signing_key, subjects).count(session)
    moment = now()
    change = EmailChange(
        account_id=actor.account_id,
        old_email=present,
        new_email=request.email,
        nonce=new_nonce(),
        created_at=moment,
        expires_at=moment + CODE_LIFE,
    )
    session.add(change)
    await session.flush()
    for to_new in (False, True) if present else (True,):
        await outbox.append(session, EmailChangeRequested(change_id=change.id, to_new=to_new))
    log.info("email_change.requested", account_id=actor.account_id, change_id=change.id)
    return schemas.EmailChange(id=change.public_id, email=change.new_email, expires_at=change.expires_at)


async def confirm_change(
    database: Database,
    signing_key: bytes,
    actor: Actor,
    change_id: uuid.UUID,
    request: schemas.EmailChangeConfirmation,
) -> None:
    """Change the address. A wrong code is counted although the request is refused.

    :raises NotFound: the person has no such change.
    :raises EmailChangeSpent: it is made, expired, tried too often, or the address is another one by now.
    :raises Invalid: a code is wrong.
    :raises EmailTaken: somebody else has the address.
    """
    async with database.read() as connection:
        statement = select(EmailChange.id, EmailChange.nonce, EmailChange.old_email, EmailChange.new_email).where(
            EmailChange.public_id == change_id, EmailChange.account_id == actor.account_id
        )
        change = (await connection.execute(statement)).one_or_none()
    if change is None:
        raise NotFound
    faults = _faults(signing_key, change_id, change.nonce, request, has_no_old=change.old_email == _NO_ADDRESS)
    async with database.write() as session:
        # The person first: two changes confirmed at once would each wait for the row of the other.
        account = await active_account_for_update(session, actor.account_id)
        if account is None or not await is_alive(session, actor.session_id):
            raise Unauthenticated
        if not await count_try(session, EmailChange, change_id):
            raise EmailChangeSpent
        if not faults:
            await _store(session, account, change)
    if faults:
        log.info("email_change.refused", account_id=actor.account_id)
        raise Invalid(fields=faults)
    log.info("account.email_changed", account_id=actor.account_id)


def _faults(
    signing_key: bytes,
    change_id: uuid.UUID,
    nonce: bytes,
    request: schemas.EmailChangeConfirmation,
    *,
    has_no_old: bool,
) -> list[FieldError]:
    old_is_right = has_no_old or is_code(request.old_code or "", signing_key, change_id, nonce, CodePurpose.OLD_EMAIL)
    new_is_right = is_code(request.new_code, signing_key, change_id, nonce, CodePurpose.NEW_EMAIL)
    faults = []
    if not old_is_right:
        faults.append(FieldError("/body/old_code", "wrong_code", _WRONG))
    if not new_is_right:
        faults.append(FieldError("/body/new_code", "wrong_code", _WRONG))
    return faults


async def _store(session: AsyncSession, account: Account, change: Row[int, bytes, str, str]) -> None:
    if (account.email or _NO_ADDRESS) != change.old_email:
        raise EmailChangeSpent
    try:
        async with session.begin_nested():
            account.email = change.new_email
    except IntegrityError as error:
        raise EmailTaken from error
    # What is on its way to the old address opens the account no longer.
    await spend_codes(session, account.id, now(), EmailChange, PasswordReset, SignInCode)
    await tell(session, account.id, Notice.EMAIL_CHANGED, email_change_id=change.id)
