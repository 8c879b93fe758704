"""Who may do what to an idea: pure functions over loaded facts. Visibility has been settled before they are asked."""

from enum import StrEnum
from typing import Any

from app.identity.actor import Actor
from app.identity.errors import SuspendedHere
from app.models.ideas import IdeaStatus, Visibility


class IdeaAction(StrEnum):
    """What a client may offer for an idea."""

    EDIT = "edit"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    COMMENT = "comment"
    VOTE = "vote"
    FOLLOW = "follow"
    SEE_READS = "see_reads"
    SET_STATE = "set_state"
    PROPOSE_AUDIENCE = "propose_audience"
    INVITE_EXPERT = "invite_expert"


_OF_AUTHOR = {
    IdeaStatus.DRAFT: [IdeaAction.EDIT, IdeaAction.PUBLISH, IdeaAction.DELETE],
    IdeaStatus.PUBLISHED: [
        IdeaAction.EDIT,
        IdeaAction.WITHDRAW,
        IdeaAction.COMMENT,
        IdeaAction.FOLLOW,
        IdeaAction.INVITE_EXPERT,
    ],
    IdeaStatus.HIDDEN: [IdeaAction.WITHDRAW],
    IdeaStatus.WITHDRAWN: [],
}
_OF_OTHERS = [IdeaAction.COMMENT, IdeaAction.VOTE, IdeaAction.FOLLOW]
_NOT_WHILE_SUSPENDED = {IdeaAction.EDIT, IdeaAction.COMMENT, IdeaAction.VOTE, IdeaAction.INVITE_EXPERT}


def allowed_actions(actor: Actor, idea: Any) -> list[IdeaAction]:
    """What a person may do to an idea that he sees: a row of ``idea_columns``, or an ``Idea``."""
    is_author = idea.author_id == actor.account_id
    actions = list(_OF_AUTHOR[idea.status]) if is_author else []
    if is_author and idea.visibility is Visibility.NAMED:
        actions.append(IdeaAction.SEE_READS)
    if idea.status is not IdeaStatus.PUBLISHED:
        return actions
    if not is_author:
        actions += _OF_OTHERS
    if idea.locked_at is not None:
        actions.remove(IdeaAction.COMMENT)
    if idea.consortium_id in actor.suspended_consortium_ids:
        actions = [action for action in actions if action not in _NOT_WHILE_SUSPENDED]
    if may_set_state(actor, idea.consortium_id):
        actions.append(IdeaAction.SET_STATE)
    keeps = may_propose_audience(actor, idea.author_id, idea.mini_cluster_id, idea.consortium_id)
    if keeps and idea.visibility is not Visibility.NAMED:
        actions.append(IdeaAction.PROPOSE_AUDIENCE)
    return actions


def check_not_suspended(actor: Actor, consortium_id: int) -> None:
    """Whoever is suspended in a consortium may still withdraw what he posted there, and nothing else.

    :raises SuspendedHere: the actor is.
    """
    if consortium_id in actor.suspended_consortium_ids:
        raise SuspendedHere


def may_set_state(actor: Actor, consortium_id: int) -> bool:
    """Coordinators lead the ideas of their consortium to a project."""
    return consortium_id in actor.coordinated_consortium_ids


def may_propose_audience(actor: Actor, author_id: int, mini_cluster_id: int, consortium_id: int) -> bool:
    """The manager of its mini-cluster and coordinators of its consortium; authors just change their own ideas."""
    return author_id != actor.account_id and actor.manages(mini_cluster_id, consortium_id)


def may_post_in(actor: Actor, mini_cluster_id: int) -> bool:
    """Whether a person may post in a mini-cluster: members do, and coordinators of its consortium."""
    return mini_cluster_id in actor.inner_mini_cluster_ids
