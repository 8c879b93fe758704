"""Who confirms changes of employers, and what may be done to one: pure functions over the actor."""

from collections.abc import Collection
from enum import StrEnum

from app.identity.actor import Actor
from app.models.applications import ApplicationState
from app.models.memberships import MemberRole


class EmployerChangeAction(StrEnum):
    """What a client may offer for a change of employer."""

    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    DECLINE = "decline"


def kept_mini_clusters(actor: Actor) -> frozenset[int]:
    """The mini-clusters this person manages, or whose consortium he coordinates."""
    managed = {each.mini_cluster_id for each in actor.memberships if each.role is MemberRole.MANAGER}
    return frozenset(managed | {mini_cluster_id for _, mini_cluster_id in actor.coordinated})


def may_confirm(actor: Actor, account_id: int, mini_cluster_ids: Collection[int]) -> bool:
    """Whoever keeps one of the person's mini-clusters, and operators; nobody confirms his own.

    An employer decides what is kept from a person: so it is not the person alone who says where he works.
    """
    if account_id == actor.account_id:
        return False
    return actor.is_operator or not kept_mini_clusters(actor).isdisjoint(mini_cluster_ids)


def actions_on(
    actor: Actor, account_id: int, mini_cluster_ids: Collection[int], state: ApplicationState
) -> list[EmployerChangeAction]:
    """What a person may do to a change."""
    if state is not ApplicationState.OPEN:
        return []
    if account_id == actor.account_id:
        return [EmployerChangeAction.WITHDRAW]
    confirms = may_confirm(actor, account_id, mini_cluster_ids)
    return [EmployerChangeAction.ACCEPT, EmployerChangeAction.DECLINE] if confirms else []
