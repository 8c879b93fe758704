"""What each kind of act does to its target, and how it is undone. Each tells whether it changed anything."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.comments.hiding import hide_comment, unhide_comment
from app.ideas.moderated import hide_idea, replace_tags, set_locked, set_pinned, unhide_idea
from app.models import Idea
from app.models.ideas import IdeaStatus
from app.models.moderation import ActKind
from app.moderation.acts.errors import TooManyPins

PINS_AT_MOST = 10


async def apply_act(
    session: AsyncSession, kind: ActKind, idea_id: int, comment_id: int | None, tags: list[str], editor_id: int
) -> bool:
    """Do it.

    :raises TooManyPins: the mini-cluster has as many as it may have.
    """
    if comment_id is not None:
        return await hide_comment(session, comment_id)
    idea = await lock_idea(session, idea_id)
    match kind:
        case ActKind.HIDE:
            return await hide_idea(session, idea)
        case ActKind.LOCK:
            return await set_locked(session, idea, locked=True)
        case ActKind.PIN:
            await _check_room(session, idea)
            return await set_pinned(session, idea, pinned=True)
        case ActKind.RETAG:
            return await replace_tags(session, idea, tags, editor_id)
        case _:
            return False  # acts on members have no effect but to stand


async def revert_act(
    session: AsyncSession,
    kind: ActKind,
    idea_id: int,
    comment_id: int | None,
    tags: tuple[list[str], list[str]],
    editor_id: int,
) -> bool:
    """Make it as it was before. Tags that were changed since by somebody else stay as they are."""
    if comment_id is not None:
        return await unhide_comment(session, comment_id)
    idea = await lock_idea(session, idea_id)
    match kind:
        case ActKind.HIDE:
            return await unhide_idea(session, idea)
        case ActKind.LOCK:
            return await set_locked(session, idea, locked=False)
        case ActKind.PIN:
            return await set_pinned(session, idea, pinned=False)
        case ActKind.RETAG:
            before, after = tags
            return idea.tags == after and await replace_tags(session, idea, before, editor_id)
        case _:
            return False


async def lock_idea(session: AsyncSession, idea_id: int) -> Idea:
    """An idea as it is now, locked until the end of the transaction."""
    return await session.get_one(Idea, idea_id, with_for_update={"key_share": True}, populate_existing=True)


async def _check_room(session: AsyncSession, idea: Idea) -> None:
    pinned = select(func.count()).where(
        Idea.mini_cluster_id == idea.mini_cluster_id,
        Idea.pinned_at.is_not(None),
        Idea.status == IdeaStatus.PUBLISHED,
        Idea.id != idea.id,
    )
    if (await session.scalar(pinned) or 0) >= PINS_AT_MOST:
        raise TooManyPins(most=PINS_AT_MOST)
