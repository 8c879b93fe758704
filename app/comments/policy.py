"""Who may do what to a comment: pure functions over loaded facts. Visibility has been settled before they are asked."""

from enum import StrEnum

from app.core.errors import Forbidden
from app.ideas.service import IdeaNotOpen
from app.models.ideas import IdeaStatus


class CommentAction(StrEnum):
    """What a client may offer for a comment."""

    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"


def allowed_actions(
    idea_status: IdeaStatus, *, is_author: bool, is_deleted: bool, is_hidden: bool
) -> list[CommentAction]:
    """What a person may do to a comment that he sees: a hidden one can only be deleted, by its author."""
    if idea_status is not IdeaStatus.PUBLISHED or is_deleted:
        return []
    actions = [] if is_hidden else [CommentAction.REPLY]
    if is_author:
        actions += [CommentAction.DELETE] if is_hidden else [CommentAction.EDIT, CommentAction.DELETE]
    return actions


def check_open(idea_status: IdeaStatus) -> None:
    """Comments of drafts, hidden and withdrawn ideas can at most be read.

    :raises IdeaNotOpen: the idea is not published.
    """
    if idea_status is not IdeaStatus.PUBLISHED:
        raise IdeaNotOpen


def check_may_edit(*, is_author: bool, is_hidden: bool) -> None:
    """Authors edit their comments, unless a moderator hid them.

    :raises Forbidden: it is somebody else's, or hidden.
    """
    if not is_author or is_hidden:
        raise Forbidden
