"""Which ideas may be merged, and whether the author has to be asked."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.errors import NotFound, invalid_field
from app.ideas.consent.audiences import Audience, is_part_of
from app.ideas.queries import visible_to
from app.identity.queries import load_actor
from app.models import Idea, IdeaExclusion, IdeaMerge
from app.models.ideas import IdeaStatus, Visibility
from app.moderation.merging.errors import CoAuthorOutside, MergedInto

UNDO_TIME = timedelta(days=30)


async def lock_both(session: AsyncSession, source_id: int, target_id: int) -> tuple[Idea, Idea]:
    """Source and target, locked in the order of their numbers, as of now."""
    statement = (
        select(Idea)
        .where(Idea.id.in_((source_id, target_id)))
        .order_by(Idea.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {idea.id: idea for idea in await session.scalars(statement)}
    return found[source_id], found[target_id]


async def check_mergeable(session: AsyncSession, source: Idea, target: Idea) -> None:
    """Let two ideas pass that can be merged, consent aside.

    :raises Invalid: they are the same, of two consortia, or one is for named people.
    :raises NotFound: one is not published.
    :raises MergedInto: others were merged into the source not long ago.
    :raises CoAuthorOutside: the author of the source doesn't see the target.
    """
    apart = source.consortium_id != target.consortium_id
    if source.id == target.id or apart or Visibility.NAMED in (source.visibility, target.visibility):
        raise invalid_field(
            "/body/into_idea_id",
            "not_mergeable",
            "같은 클러스터의 다른 아이디어를 골라 주세요. 지정한 사람만 보는 아이디어는 합칠 수 없습니다.",
            "Choose another idea of the same consortium; ideas for named people are not merged.",
        )
    if source.status is not IdeaStatus.PUBLISHED or target.status is not IdeaStatus.PUBLISHED:
        raise NotFound
    recent = select(IdeaMerge.id).where(
        IdeaMerge.target_id == source.id, IdeaMerge.undone_at.is_(None), IdeaMerge.merged_at > now() - UNDO_TIME
    )
    if (await session.scalars(recent)).first() is not None:
        raise MergedInto
    author = await load_actor(session, source.author_id)
    if author is not None:
        seen = select(Idea.id).where(Idea.id == target.id, visible_to(author))
        if await session.scalar(seen) is None:
            raise CoAuthorOutside


async def needs_consent(session: AsyncSession, source: Idea, target: Idea) -> bool:
    """Whether somebody who didn't see the source would see what stood under it."""
    if not is_part_of(audience_of(target), audience_of(source)):
        return True
    admitted = select(IdeaExclusion.organisation_id).where(
        IdeaExclusion.idea_id == source.id,
        IdeaExclusion.organisation_id.not_in(
            select(IdeaExclusion.organisation_id).where(IdeaExclusion.idea_id == target.id)
        ),
    )
    return (await session.scalars(admitted)).first() is not None


def audience_of(idea: Idea) -> Audience:
    """What decides who sees an idea."""
    return Audience(idea.visibility, idea.mini_cluster_id, idea.consortium_id)
