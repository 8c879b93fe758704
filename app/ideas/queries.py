"""Which ideas an actor sees, and the columns in which an idea is shown. The one place of both in the whole house."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from app.ideas.streams import readable_streams
from app.identity.actor import Actor
from app.identity.blocks import not_blocked
from app.models import (
    Account,
    Affiliation,
    Comment,
    Consortium,
    FeedEntry,
    Idea,
    IdeaExclusion,
    IdeaFollow,
    IdeaReadMark,
    MiniCluster,
    Organisation,
    Vote,
)
from app.models.ideas import IdeaStatus

UNREAD_SHOWN_AT_MOST = 100

NO_ORGANISATION = 0
"""Stands for "works nowhere" in binds: no organisation has this id."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``ideas`` under which a published idea is visible to ``actor``.

    It stands in a stream the actor may read, neither of the two has blocked the other, and the actor does not work
    for an organisation the author excluded. Authors always see their own.
    """
    return _visible(actor.account_id, readable_streams(actor), actor.organisation_id or NO_ORGANISATION)


def _visible(viewer: Any, streams: Any, organisation: Any) -> ColumnElement[bool]:
    return and_(
        Idea.status == IdeaStatus.PUBLISHED,
        or_(
            Idea.author_id == viewer,
            and_(_in_stream(streams), not_blocked(Idea.author_id, viewer), not_excluded(Idea.id, organisation)),
        ),
    )


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """The same for ideas of others, as if nobody had blocked anybody: whom to know of, never what to show."""
    return and_(
        Idea.status == IdeaStatus.PUBLISHED,
        _in_stream(readable_streams(actor)),
        not_excluded(Idea.id, actor.organisation_id or NO_ORGANISATION),
    )


def _in_stream(streams: Any) -> ColumnElement[bool]:
    return exists().where(FeedEntry.idea_id == Idea.id, FeedEntry.stream_id.in_(streams))


def not_excluded(idea: Any, organisation: Any) -> ColumnElement[bool]:
    """The organisation is not one the author of the idea excluded."""
    excluded = select(IdeaExclusion.organisation_id).where(
        IdeaExclusion.idea_id == idea, IdeaExclusion.organisation_id == organisation
    )
    return excluded.scalar_subquery().is_(None)


def idea_columns(viewer: Any) -> list[Label[Any]]:
    """The columns of an idea as a list shows it to ``viewer`` (an account id or a bind); see :func:`join_cards`.

    What concerns the viewer is asked by scalar subqueries: on the few rows of a page they cost less than joins.
    """
    my_vote = select(Vote.idea_id).where(Vote.account_id == viewer, Vote.idea_id == Idea.id)
    follow = select(IdeaFollow.muted).where(IdeaFollow.account_id == viewer, IdeaFollow.idea_id == Idea.id)
    return [
        Idea.id.label("id"),
        Idea.public_id.label("public_id"),
        Idea.title.label("title"),
        Idea.excerpt.label("excerpt"),
        Idea.tags.label("tags"),
        Idea.visibility.label("visibility"),
        Idea.status.label("status"),
        Idea.state.label("state"),
        Idea.version.label("version"),
        Idea.vote_count.label("vote_count"),
        Idea.comment_count.label("comment_count"),
        Idea.created_at.label("created_at"),
        Idea.published_at.label("published_at"),
        Idea.edited_at.label("edited_at"),
        Idea.locked_at.label("locked_at"),
        Idea.mini_cluster_id.label("mini_cluster_id"),
        Idea.consortium_id.label("consortium_id"),
        Idea.author_id.label("author_id"),
        MiniCluster.public_id.label("mini_cluster_public_id"),
        Consortium.public_id.label("consortium_public_id"),
        *card_columns(),
        my_vote.scalar_subquery().is_not(None).label("my_vote"),
        follow.scalar_subquery().label("muted"),
        *_unread_columns(viewer),
    ]


def card_columns() -> list[Label[Any]]:
    """The card of an author: name, position and organisation on the day of the post."""
    return [
        Account.public_id.label("author_public_id"),
        Account.name.label("author_name"),
        Account.status.label("author_status"),
        Affiliation.position.label("author_position"),
        Organisation.name.label("author_organisation"),
        Organisation.kind.label("author_organisation_kind"),
    ]


def join_cards(source: FromClause) -> FromClause:
    """Join what :func:`idea_columns` needs onto ``source``, which must contain ``ideas``."""
    return (
        source.join(Account, Account.id == Idea.author_id)
        .join(MiniCluster, MiniCluster.id == Idea.mini_cluster_id)
        .join(Consortium, Consortium.id == Idea.consortium_id)
        .outerjoin(Affiliation, Affiliation.id == Idea.affiliation_id)
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
    )


def _unread_columns(viewer: Any) -> list[Label[Any]]:
    mark = (
        select(IdeaReadMark.last_comment_id)
        .where(IdeaReadMark.account_id == viewer, IdeaReadMark.idea_id == Idea.id)
        .correlate(Idea)
        .scalar_subquery()
    )
    newer = (
        select(Comment.id)
        .where(
            Comment.idea_id == Idea.id,
            Comment.id > mark,
            Comment.author_id != viewer,
            Comment.deleted_at.is_(None),
            Comment.hidden_at.is_(None),
            not_blocked(Comment.author_id, viewer),
        )
        .limit(literal_column(str(UNREAD_SHOWN_AT_MOST)))
        .correlate(Idea)
        .subquery()
    )
    count = select(func.count()).select_from(newer).scalar_subquery()
    return [mark.label("read_up_to"), case((mark.is_(None), Idea.comment_count), else_=count).label("unread_comments")]


VIEWER: Any = bindparam("viewer", type_=BigInteger)
ORGANISATION: Any = bindparam("organisation", type_=BigInteger)

STREAMS: Any = bindparam("streams", type_=Integer, expanding=True)
VISIBLE: ColumnElement[bool] = _visible(VIEWER, STREAMS, ORGANISATION)
"""``visible_to`` for statements that are built once and run for one person after the other: see ``viewer_binds``."""


def viewer_binds(actor: Actor) -> dict[str, Any]:
    """What makes ``VISIBLE`` the ``visible_to`` of an actor."""
    return {
        "viewer": actor.account_id,
        "streams": readable_streams(actor),
        "organisation": actor.organisation_id or NO_ORGANISATION,
    }
