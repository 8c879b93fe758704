"""What can stand in the way of a proposal."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text


class ProposalClosed(Conflict):
    """The proposal was decided, withdrawn, or overtaken by another change."""

    code = "proposal_closed"
    detail = Text(
        "이미 처리되었거나 철회된 제안입니다. 목록을 다시 읽어 주세요.",
        "It was decided or withdrawn already, or another change overtook it; read the list again.",
    )


class ProposalOutdated(Conflict):
    """What was proposed is not possible any more."""

    code = "proposal_outdated"
    detail = Text(
        "미니클러스터나 아이디어가 바뀌어 더는 적용할 수 없습니다. 거절해 주세요.",
        "The mini-cluster or the idea has changed, so it cannot be carried out any more; decline it.",
    )


def nothing_proposed() -> AppError:
    """The proposal would leave everything as it is."""
    return invalid_field(
        "/body",
        "nothing_proposed",
        "지금과 다른 공개 범위나 미니클러스터를 보내 주세요.",
        "Send a visibility or a mini-cluster that differs from the present one.",
    )


def named_by_others() -> AppError:
    """Only the author names readers."""
    return invalid_field(
        "/body/visibility",
        "named_by_author_only",
        "지정 공개는 작성자만 정할 수 있습니다.",
        "Only the author makes an idea one for named people.",
    )


def unknown_place() -> AppError:
    """The mini-cluster to move to is not one of the same consortium that lives."""
    return invalid_field(
        "/body/mini_cluster_id",
        "unknown_mini_cluster",
        "같은 클러스터에서 운영 중인 미니클러스터를 골라 주세요.",
        "Choose a living mini-cluster of the same consortium.",
    )
