"""What can stand in the way of showing an idea."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text
from app.models.showcases import IDEAS_PER_SHOWCASE


class ShowcaseFull(Conflict):
    """No more ideas can be shown."""

    code = "showcase_full"
    detail = Text(
        f"아이디어는 {IDEAS_PER_SHOWCASE}개까지 소개할 수 있습니다. 먼저 하나를 빼 주세요.",
        f"At most {IDEAS_PER_SHOWCASE} ideas are shown; take one out first.",
    )


class AlreadyShown(Conflict):
    """The idea is in the showcase."""

    code = "already_shown"
    detail = Text("이미 소개하고 있는 아이디어입니다.", "The idea is already shown.")


def unknown_idea(pointer: str = "/body/idea_id") -> AppError:
    """The idea is not one of the mini-cluster, or not to be seen."""
    return invalid_field(
        pointer,
        "unknown_idea",
        "이 미니클러스터에 공개된 아이디어를 골라 주세요. 지정 공개 아이디어는 소개할 수 없습니다.",
        "Choose a published idea of this mini-cluster; ideas for named people cannot be shown.",
    )
