"""What can stand in the way of an announcement."""

from app.announcements.policy import LONGEST_DAYS, STANDING_AT_MOST
from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text


class TooManyAnnouncements(Conflict):
    """So many stand on top of the feed already that another one would not be read."""

    code = "too_many_announcements"
    detail = Text(
        f"이곳의 공지는 한 번에 {STANDING_AT_MOST}개까지 둘 수 있습니다. 먼저 하나를 내려 주세요.",
        f"At most {STANDING_AT_MOST} announcements stand in one place at a time; withdraw one first.",
    )


def one_place() -> AppError:
    """It must be said who is told."""
    return invalid_field(
        "/body/mini_cluster_id",
        "one_place",
        "미니클러스터와 클러스터 가운데 하나만 보내 주세요.",
        "Send either a mini-cluster or a consortium.",
    )


def not_a_date_to_end() -> AppError:
    """It must end, not before it begins and not years later."""
    return invalid_field(
        "/body/valid_until",
        "not_in_time",
        f"지금부터 {LONGEST_DAYS}일 안의 시각을 보내 주세요.",
        f"Send a time within the next {LONGEST_DAYS} days.",
    )
