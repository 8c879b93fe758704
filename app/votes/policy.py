"""Who may vote: everybody who sees a published idea, but its author."""

from app.core.errors import Forbidden
from app.core.localisation import Text


class OwnIdea(Forbidden):
    """Nobody recommends an idea of his own."""

    code = "own_idea"
    title = Text("자신의 아이디어는 추천할 수 없습니다", "One's own idea cannot be recommended")
    detail = Text("추천은 다른 회원의 아이디어에만 할 수 있습니다.", "Recommend ideas of other members.")


def check_may_vote(account_id: int, author_id: int) -> None:
    """Refuse a vote on one's own idea.

    :raises OwnIdea: the voter wrote the idea.
    """
    if account_id == author_id:
        raise OwnIdea
