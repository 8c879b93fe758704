"""A colleague of the demo answers: through the same service as the API, so that everything follows as from a phone."""

import random

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.comments.schemas import CommentCreate
from app.comments.service import create_comment
from app.core.ids import new_public_id
from app.demo.texts import comment_text
from app.identity.queries import load_actor
from app.models import Account, Idea, Membership, MiniCluster
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus


class NobodyToRespondError(Exception):
    """There is no such person, no published idea of his, or nobody who may answer; the text says which."""


async def respond(session: AsyncSession, email: str, text: str | None) -> tuple[str, str, str]:
    """Let a member of the same mini-cluster comment on the newest published idea of the person with this address.

    Without ``text`` one is made from the vocabulary of the industry. Returns the title of the idea, the name of the
    colleague and the comment.

    :raises NobodyToRespondError: nothing to comment on, or nobody to do it.
    """
    newest = (
        select(Idea.id, Idea.public_id, Idea.title, Idea.mini_cluster_id, Idea.author_id, MiniCluster.industry)
        .join(Account, Account.id == Idea.author_id)
        .join(MiniCluster, MiniCluster.id == Idea.mini_cluster_id)
        .where(Account.email == email.lower(), Idea.status == IdeaStatus.PUBLISHED)
        .order_by(Idea.published_at.desc(), Idea.id.desc())
        .limit(1)
    )
    idea = (await session.execute(newest)).one_or_none()
    if idea is None:
        raise NobodyToRespondError(f"{email} has no published idea: sign in as that member and post one")
    colleagues = (
        select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.mini_cluster_id == idea.mini_cluster_id,
            Membership.ended_at.is_(None),
            Account.id != idea.author_id,
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.id)
        .limit(1)
    )
    colleague = (await session.execute(colleagues)).one_or_none()
    actor = await load_actor(session, colleague.id) if colleague else None
    if colleague is None or actor is None:
        raise NobodyToRespondError("nobody else is a member of the mini-cluster of that idea")
    body = text or comment_text(random.SystemRandom(), idea.industry)
    await create_comment(session, actor, idea.public_id, CommentCreate(id=new_public_id(), body=body))
    return idea.title, colleague.name, body
