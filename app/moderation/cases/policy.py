"""Who handles a case: pure functions over the actor and loaded facts."""

from dataclasses import dataclass

from app.identity.actor import Actor
from app.models.memberships import MemberRole


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


def may_list_cases_of_consortium(actor: Actor, consortium_id: int) -> bool:
    """The queue of a whole consortium: its coordinators, operators."""
    return actor.is_operator or consortium_id in actor.coordinated_consortium_ids


def may_list_cases_of_mini_cluster(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """The queue of a mini-cluster: its manager, coordinators of its consortium, operators."""
    return actor.is_operator or actor.manages(mini_cluster_id, consortium_id)
