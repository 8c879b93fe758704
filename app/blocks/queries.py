"""Of whom a member may know, and whom he may therefore block."""

import uuid

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.ideas.audience import may_be_named_by
from app.ideas.queries import within_reach
from app.identity.actor import Actor
from app.models import Account, Comment, CommentMention, Idea, InboxItem
from app.models.accounts import AccountStatus


def select_known(actor: Actor, public_id: uuid.UUID) -> Select[int]:
    """The account of somebody whom the actor may know of; the cheapest ways to know come first.

    Blocks do not count: whoever was blocked may block in turn, and does not learn from this that he was.
    """
    return select(Account.id).where(
        Account.public_id == public_id,
        Account.status != AccountStatus.ERASED,
        or_(may_be_named_by(actor), _has_acted_before(actor), _has_spoken_to(actor)),
    )


def _has_acted_before(actor: Actor) -> ColumnElement[bool]:
    """The actor was told of something that the person did."""
    return exists().where(InboxItem.account_id == actor.account_id, InboxItem.actor_id == Account.id)


def _has_spoken_to(actor: Actor) -> ColumnElement[bool]:
    """The person wrote, commented on, or is named under, an idea that the actor would see if nobody blocked anybody."""
    comment, naming = aliased(Comment), aliased(Comment)
    wrote = exists().where(Idea.author_id == Account.id, within_reach(actor)).correlate(Account)
    commented = (
        exists()
        .where(comment.author_id == Account.id, comment.deleted_at.is_(None), comment.hidden_at.is_(None))
        .where(Idea.id == comment.idea_id, _seen(actor))
        .correlate(Account)
    )
    named = (
        exists()
        .where(CommentMention.account_id == Account.id, naming.id == CommentMention.comment_id)
        .where(naming.hidden_at.is_(None), Idea.id == naming.idea_id, _seen(actor))
        .correlate(Account)
    )
    return or_(wrote, commented, named)


def _seen(actor: Actor) -> ColumnElement[bool]:
    return or_(Idea.author_id == actor.account_id, within_reach(actor))
