"""Who may do what to an idea: pure functions over loaded facts. Visibility has been settled before they are asked."""

from enum import StrEnum

from app.identity.actor import Actor
from app.models.ideas import IdeaStatus


class IdeaAction(StrEnum):
    """What a client may offer for an idea."""

    EDIT = "edit"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    COMMENT = "comment"
    VOTE = "vote"
    FOLLOW = "follow"


_OF_AUTHOR = {
    IdeaStatus.DRAFT: [IdeaAction.EDIT, IdeaAction.PUBLISH, IdeaAction.DELETE],
    IdeaStatus.PUBLISHED: [IdeaAction.EDIT, IdeaAction.WITHDRAW, IdeaAction.COMMENT, IdeaAction.FOLLOW],
    IdeaStatus.HIDDEN: [IdeaAction.WITHDRAW],
    IdeaStatus.WITHDRAWN: [],
}
_OF_OTHERS = [IdeaAction.COMMENT, IdeaAction.VOTE, IdeaAction.FOLLOW]


def allowed_actions(account_id: int, author_id: int, status: IdeaStatus) -> list[IdeaAction]:
    """What a person may do to an idea that he sees."""
    if account_id == author_id:
        return _OF_AUTHOR[status]
    return _OF_OTHERS if status is IdeaStatus.PUBLISHED else []


def may_post_in(actor: Actor, mini_cluster_id: int) -> bool:
    """Whether a person may post in a mini-cluster: members do, and coordinators of its consortium."""
    return mini_cluster_id in actor.inner_mini_cluster_ids
