"""From a row of ``idea_columns`` to the summary a list shows."""

from typing import Any

from sqlalchemy import Row

from app.ideas.policy import allowed_actions
from app.ideas.queries import UNREAD_SHOWN_AT_MOST
from app.ideas.schemas import AuthorCard, Idea, IdeaSummary
from app.identity.actor import Actor
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility


def author_card(row: Row[Any]) -> AuthorCard:
    """The card of the author from a row with ``card_columns``; an erased person has no name and no employer."""
    erased = row.author_status is AccountStatus.ERASED
    return AuthorCard(
        id=row.author_public_id,
        name="" if erased else row.author_name,
        position=None if erased else row.author_position,
        organisation=None if erased else row.author_organisation,
        organisation_kind=None if erased else row.author_organisation_kind,
    )


def idea_fields(row: Row[Any], actor: Actor) -> dict[str, Any]:
    """The fields of :class:`IdeaSummary` for one viewer."""
    is_own = row.author_id == actor.account_id
    is_stub = row.visibility is Visibility.NAMED
    return {
        "id": row.public_id,
        "mini_cluster_id": row.mini_cluster_public_id,
        "consortium_id": row.consortium_public_id,
        "title": row.title,
        "excerpt": "" if is_stub else row.excerpt,
        "tags": row.tags,
        "visibility": row.visibility,
        "status": row.status,
        "state": row.state,
        "author": author_card(row),
        "vote_count": row.vote_count,
        "comment_count": row.comment_count,
        "my_vote": row.my_vote,
        "following": row.muted is not None and not row.muted,
        "is_unread": row.read_up_to is None and not is_own,
        "unread_comment_count": min(row.unread_comments, UNREAD_SHOWN_AT_MOST),
        "is_edited": row.edited_at is not None,
        "is_locked": row.locked_at is not None,
        "version": row.version,
        "created_at": row.created_at,
        "published_at": row.published_at,
        "edited_at": row.edited_at,
        "allowed_actions": [str(action) for action in allowed_actions(actor, row)],
    }


def summary(row: Row[Any], actor: Actor) -> IdeaSummary:
    """An idea as lists show it to one viewer."""
    return IdeaSummary.model_construct(**idea_fields(row, actor))


def full_idea(row: Row[Any], actor: Actor, **more: Any) -> Idea:
    """An idea with its body, and what else the single read gives."""
    return Idea.model_validate(idea_fields(row, actor) | more)
