"""Who may do what to a comment: pure functions over loaded facts. Visibility has been settled before they are asked."""

from enum import StrEnum

from app.core.errors import Conflict, Forbidden
from app.core.localisation import Text
from app.ideas.service import IdeaNotOpen
from app.models.ideas import IdeaStatus


class CommentAction(StrEnum):
    """What a client may offer for a comment."""

    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"


class IdeaLocked(Conflict):
    """The idea takes no new comments."""

    code = "idea_locked"
    detail = Text("새 댓글을 받지 않는 아이디어입니다.", "This idea takes no new comments.")


def allowed_actions(
    idea_status: IdeaStatus, *, is_author: bool, is_deleted: bool, is_hidden: bool, is_locked: bool
) -> list[CommentAction]:
    """What a person may do to a comment that he sees: a hidden one can only be deleted, by its author."""
    if idea_status is not IdeaStatus.PUBLISHED or is_deleted:
        return []
    actions = [] if is_hidden or is_locked else [CommentAction.REPLY]
    if is_author:
        actions += [CommentAction.DELETE] if is_hidden else [CommentAction.EDIT, CommentAction.DELETE]
    return actions


def check_open(idea_status: IdeaStatus) -> None:
    """Comments of drafts, hidden and withdrawn ideas can at most be read.

    :raises IdeaNotOpen: the idea is not published.
    """
    if idea_status is not IdeaStatus.PUBLISHED:
        raise IdeaNotOpen


def check_unlocked(*, is_locked: bool) -> None:
    """A locked thread can be read, and what stands in it edited or deleted by its authors.

    :raises IdeaLocked: the idea takes no new comments.
    """
    if is_locked:
        raise IdeaLocked


def check_may_edit(*, is_author: bool, is_hidden: bool) -> None:
    """Authors edit their comments, unless a moderator hid them.

    :raises Forbidden: it is somebody else's, or hidden.
    """
    if not is_author or is_hidden:
        raise Forbidden
