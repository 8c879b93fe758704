"""Naming members in a comment: only people who can see the idea, and nobody across a block."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import FieldError, Invalid
from app.core.localisation import Text
from app.ideas.queries import visible_to
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.identity.queries import load_actor
from app.models import Account, CommentMention, Idea

_CANNOT_SEE_IDEA = Text(
    "이 아이디어를 볼 수 있는 회원만 언급할 수 있습니다. 언급에서 빼 주세요.",
    "Only members who can see the idea can be mentioned; leave this one out.",
)


async def resolve_mentions(
    session: AsyncSession,
    actor: Actor,
    idea_id: int,
    public_ids: Sequence[uuid.UUID],
    *,
    named_before: Collection[int] = (),
) -> set[int]:
    """The accounts of the members to be named. Those named before stay, whatever has come between since.

    :raises Invalid: at least one does not exist, cannot see the idea, or has blocked, or is blocked by, the actor:
        these are never told apart.
    """
    if not public_ids:
        return set()
    found = await _accounts(session, actor, public_ids, named_before)
    seeing = await _seeing(session, idea_id, set(found.values()) - set(named_before))
    accepted = seeing | set(named_before)
    fields = [
        FieldError(f"/body/mention_ids/{place}", "cannot_see_idea", _CANNOT_SEE_IDEA)
        for place, public_id in enumerate(public_ids)
        if found.get(public_id) not in accepted
    ]
    if fields:
        raise Invalid(fields=fields)
    return set(found.values())


async def named_in(session: AsyncSession, comment_id: int) -> set[int]:
    """The accounts a comment names."""
    statement = select(CommentMention.account_id).where(CommentMention.comment_id == comment_id)
    return set((await session.scalars(statement)).all())


async def change_mentions(session: AsyncSession, comment_id: int, before: Collection[int], after: set[int]) -> None:
    """Let a comment that names ``before`` name ``after``."""
    gone, new = set(before) - after, after - set(before)
    if gone:
        await session.execute(
            delete(CommentMention).where(CommentMention.comment_id == comment_id, CommentMention.account_id.in_(gone))
        )
    if new:
        rows = [{"comment_id": comment_id, "account_id": account_id} for account_id in sorted(new)]
        await session.execute(insert(CommentMention), rows)


async def _accounts(
    session: AsyncSession, actor: Actor, public_ids: Sequence[uuid.UUID], named_before: Collection[int]
) -> dict[uuid.UUID, int]:
    may_be_named = or_(Account.id.in_(sorted(named_before)), not_blocked(Account.id, actor.account_id))
    statement = select(Account.public_id, Account.id).where(Account.public_id.in_(public_ids), may_be_named)
    return {row.public_id: row.id for row in await session.execute(statement)}


async def _seeing(session: AsyncSession, idea_id: int, account_ids: Collection[int]) -> set[int]:
    """Which of these accounts, 20 at most, see the idea: each is made an actor, then one statement asks for all."""
    loaded = [await load_actor(session, account_id) for account_id in sorted(account_ids)]
    actors = [actor for actor in loaded if actor is not None]
    if not actors:
        return set()
    columns = [visible_to(actor).label(f"sees_{place}") for place, actor in enumerate(actors)]
    row = (await session.execute(select(*columns).where(Idea.id == idea_id))).one()
    return {actor.account_id for actor, sees in zip(actors, row, strict=True) if sees}
