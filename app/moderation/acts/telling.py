"""Telling the person concerned: by an event, which the worker turns into an entry of his inbox."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.ideas.events import ReasonsStated
from app.models import ModerationAct
from app.models.moderation import ActKind
from app.outbox import events as outbox

STATED_KINDS = (ActKind.HIDE, ActKind.LOCK, ActKind.RETAG, ActKind.MERGE, ActKind.WARN, ActKind.SUSPEND)
"""Acts whose reasons are owed to the person concerned; being pinned harms nobody, and a note is for staff."""


async def tell_subject(session: AsyncSession, act: ModerationAct) -> None:
    """Let the person concerned know that there is a statement of reasons, or that it changed.

    An entry of the inbox is about an idea: of warnings and suspensions the statements themselves tell.
    """
    if act.idea_id is None or act.kind not in STATED_KINDS or act.actor_id == act.subject_id:
        return
    await outbox.append(
        session, ReasonsStated(idea_id=act.idea_id, comment_id=act.comment_id, account_id=act.subject_id)
    )
