"""Who handles what is reported of ideas and comments: decided here, once, for the queues and for those who are told."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from app.ideas.queries import NO_ORGANISATION, not_excluded
from app.identity.actor import Actor
from app.models import Comment, Idea
from app.models.ideas import Visibility
from app.models.memberships import MemberRole

TARGET_AUTHOR_ID: ColumnElement[int] = func.coalesce(Comment.author_id, Idea.author_id)
"""Who wrote what a case is about, on a join of ``ideas`` and, where it is about one, ``comments``."""


@dataclass(frozen=True)
class Handled:
    """Where the cases of an actor lie. An operator's lie everywhere."""

    everywhere: bool
    consortium_ids: frozenset[int]
    mini_cluster_ids: frozenset[int]


def handled_by(actor: Actor) -> Handled:
    """Coordinators handle the cases of their consortia, managers those of their mini-clusters."""
    managed = {membership.mini_cluster_id for membership in actor.memberships if membership.role is MemberRole.MANAGER}
    return Handled(actor.is_operator, actor.coordinated_consortium_ids, frozenset(managed))


def handled_condition(actor: Actor) -> ColumnElement[bool]:
    """The condition on a join of ``ideas`` and perhaps ``comments`` under which an actor handles a case of them.

    The idea stands in a consortium he coordinates or a mini-cluster he manages; an idea for named people is not for
    managers. Nobody handles a case about himself: it would show him who reported him. Nor does anybody whose
    organisation the author of the idea excluded. Blocks do not count: else one could block those who moderate.
    """
    handled = handled_by(actor)
    return handled_within(
        actor.account_id,
        actor.organisation_id or NO_ORGANISATION,
        sorted(handled.consortium_ids),
        sorted(handled.mini_cluster_ids),
        everywhere=true() if handled.everywhere else false(),
    )


def handled_within(
    handler: Any, organisation: Any, consortia: Any, mini_clusters: Any, *, everywhere: Any
) -> ColumnElement[bool]:
    """The same for somebody who handles what lies in these places, given as lists or as binds."""
    coordinated = Idea.consortium_id.in_(consortia)
    managed = and_(Idea.mini_cluster_id.in_(mini_clusters), Idea.visibility != Visibility.NAMED)
    return and_(
        or_(everywhere, coordinated, managed),
        TARGET_AUTHOR_ID.is_distinct_from(handler),
        not_excluded(Idea.id, organisation),
    )
