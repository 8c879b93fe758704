"""What those who moderate change of an idea. Who may, and the record of it, is their callers' matter.

Each function takes an idea that is locked until the end of the transaction, and tells whether it changed anything.
"""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.ideas.entries import put_into_feeds, take_out_of_feeds
from app.models import Idea, IdeaRevision, IdeaTag
from app.models.ideas import IdeaStatus


async def hide_idea(session: AsyncSession, idea: Idea) -> bool:
    """From now on nobody but its author reaches a published idea, nor the thread under it."""
    if idea.status is not IdeaStatus.PUBLISHED:
        return False
    idea.status = IdeaStatus.HIDDEN
    await session.flush()
    await take_out_of_feeds(session, idea.id)
    return True


async def unhide_idea(session: AsyncSession, idea: Idea) -> bool:
    """A hidden idea stands where it stood; one that its author withdrew meanwhile stays withdrawn."""
    if idea.status is not IdeaStatus.HIDDEN:
        return False
    idea.status = IdeaStatus.PUBLISHED
    await session.flush()
    await put_into_feeds(session, idea)
    return True


async def set_locked(session: AsyncSession, idea: Idea, *, locked: bool) -> bool:
    """A locked idea takes no new comments."""
    if (idea.locked_at is not None) == locked:
        return False
    idea.locked_at = now() if locked else None
    await session.flush()
    return True


async def set_pinned(session: AsyncSession, idea: Idea, *, pinned: bool) -> bool:
    """A pinned idea stands on top of its mini-cluster, for those who see it."""
    if (idea.pinned_at is not None) == pinned:
        return False
    idea.pinned_at = now() if pinned else None
    await session.flush()
    return True


async def replace_tags(session: AsyncSession, idea: Idea, tags: list[str], editor_id: int) -> bool:
    """Give an idea other tags, in their normal form; the wording before is kept."""
    if idea.tags == tags:
        return False
    session.add(
        IdeaRevision(
            idea_id=idea.id,
            version=idea.version,
            title=idea.title,
            body=idea.body,
            tags=idea.tags,
            edited_by_id=editor_id,
        )
    )
    idea.tags = tags
    idea.version += 1
    await session.execute(delete(IdeaTag).where(IdeaTag.idea_id == idea.id))
    session.add_all(IdeaTag(idea_id=idea.id, tag=tag) for tag in tags)
    await session.flush()
    return True
