"""Who may announce what to whom: pure functions over the actor."""

from enum import StrEnum

from app.consortia.administration.policy import may_pin_and_announce
from app.identity.actor import Actor

STANDING_AT_MOST = 20
"""As many may stand in one mini-cluster, and as many for one whole consortium."""
LONGEST_DAYS = 366


class AnnouncementAction(StrEnum):
    """What a client may offer for an announcement."""

    EDIT = "edit"
    WITHDRAW = "withdraw"


def may_announce(actor: Actor, mini_cluster_id: int | None, consortium_id: int) -> bool:
    """Officers and the manager in their mini-cluster, coordinators there and to the whole consortium."""
    if mini_cluster_id is None:
        return consortium_id in actor.coordinated_consortium_ids
    return may_pin_and_announce(actor, mini_cluster_id, consortium_id)


def may_keep(actor: Actor, author_id: int, mini_cluster_id: int | None, consortium_id: int) -> bool:
    """Change or withdraw one: its author as long as he may announce, the manager, coordinators."""
    if author_id == actor.account_id:
        return may_announce(actor, mini_cluster_id, consortium_id)
    if mini_cluster_id is None:
        return consortium_id in actor.coordinated_consortium_ids
    return actor.manages(mini_cluster_id, consortium_id)
