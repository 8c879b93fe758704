"""Who decides on applications, and what may be done to one: pure functions over the actor."""

from enum import StrEnum

from app.consortia.invitations.policy import may_keep_invitations
from app.identity.actor import Actor
from app.models.applications import ApplicationState

OPEN_APPLICATIONS = 10
"""As many may one person have waiting at one time."""


class ApplicationAction(StrEnum):
    """What a client may offer for an application."""

    WITHDRAW = "withdraw"
    ADMIT = "admit"
    DECLINE = "decline"


def may_decide(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """Those who may invite to the mini-cluster: its manager, coordinators of its consortium, operators."""
    return may_keep_invitations(actor, mini_cluster_id, consortium_id)


def actions_on(
    actor: Actor, account_id: int, mini_cluster_id: int, consortium_id: int, state: ApplicationState
) -> list[ApplicationAction]:
    """What a person may do to an application. Nobody decides on his own."""
    if state is not ApplicationState.OPEN:
        return []
    if account_id == actor.account_id:
        return [ApplicationAction.WITHDRAW]
    decides = may_decide(actor, mini_cluster_id, consortium_id)
    return [ApplicationAction.ADMIT, ApplicationAction.DECLINE] if decides else []
