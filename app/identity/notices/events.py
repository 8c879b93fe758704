"""What the worker is told of changes to how an account is reached."""

import uuid
from enum import StrEnum
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_public_id
from app.outbox import events as outbox
from app.outbox.events import Event


class Notice(StrEnum):
    """What a person is told of."""

    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGED = "email_changed"
    SECOND_FACTOR_ENABLED = "second_factor_enabled"
    SECOND_FACTOR_DISABLED = "second_factor_disabled"
    SECOND_FACTOR_RESET = "second_factor_reset"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    ERASURE_REQUESTED = "erasure_requested"
    ERASURE_UNDONE = "erasure_undone"
    EXPORT_READY = "export_ready"


class NoticeDue(Event):
    """Something was done to an account that its person should know of."""

    kind: ClassVar[str] = "account.notice_due"
    account_id: int
    notice: Notice
    reference: uuid.UUID
    email_change_id: int | None = None
    """Where the address was changed: the mail goes to the one of before."""


async def tell(session: AsyncSession, account_id: int, notice: Notice, *, email_change_id: int | None = None) -> None:
    """Have the person told, once the transaction is committed."""
    await outbox.append(
        session,
        NoticeDue(account_id=account_id, notice=notice, reference=new_public_id(), email_change_id=email_change_id),
    )
