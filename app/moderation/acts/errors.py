"""What an act may be answered with."""

from app.core.errors import Conflict
from app.core.localisation import Text


class AlreadySo(Conflict):
    """The act would change nothing."""

    code = "already_so"
    detail = Text("이미 그런 상태입니다. 다시 읽어 주세요.", "It is so already; read it again.")


class TargetGone(Conflict):
    """The target was withdrawn or deleted by its author."""

    code = "target_gone"
    detail = Text(
        "작성자가 이미 철회하거나 삭제한 글입니다.",
        "Its author has withdrawn or deleted it; there is nothing left to do.",
    )


class TooManyPins(Conflict):
    """The mini-cluster has as many pinned ideas as it may have."""

    code = "too_many_pins"
    detail = Text(
        "고정할 수 있는 아이디어는 {most}개까지입니다. 먼저 하나를 해제해 주세요.",
        "At most {most} ideas can be pinned; unpin one first.",
    )
