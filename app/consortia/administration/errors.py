"""What can stand in the way of changing places."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text


class LastCoordinator(Conflict):
    """The consortium would be left without a coordinator."""

    code = "last_coordinator"
    detail = Text(
        "마지막 코디네이터입니다. 다른 코디네이터를 먼저 임명해 주세요.",
        "This is the last coordinator of the consortium; appoint another one first.",
    )


class HasMiniClusters(Conflict):
    """A consortium that still has living mini-clusters cannot be archived by accident."""

    code = "has_mini_clusters"
    detail = Text(
        "운영 중인 미니클러스터가 있습니다. confirm에 그 수를 적어 보내 주세요.",
        "It has living mini-clusters; send their number as `confirm`.",
    )


def cannot_merge_into_itself() -> AppError:
    """Both sides of a merge are the same mini-cluster."""
    return invalid_field(
        "/body/into_id",
        "same_mini_cluster",
        "같은 미니클러스터입니다. 합쳐 들어갈 다른 미니클러스터를 골라 주세요.",
        "This is the same mini-cluster; choose the other one, into which it goes.",
    )


def not_a_successor() -> AppError:
    """What it is to be merged into does not live in the same consortium."""
    return invalid_field(
        "/body/into_id",
        "unknown_mini_cluster",
        "같은 클러스터에서 운영 중인 미니클러스터를 골라 주세요.",
        "Choose a living mini-cluster of the same consortium.",
    )


def unknown_region() -> AppError:
    """No region has the code."""
    return invalid_field(
        "/body/region",
        "unknown_region",
        "없는 광역권 코드입니다. 광역권 목록의 code를 보내 주세요.",
        "No region has this code; send the `code` of one from the list of regions.",
    )


def unknown_complex() -> AppError:
    """No industrial complex has the code."""
    return invalid_field(
        "/body/complex",
        "unknown_complex",
        "없는 산업단지 코드입니다. 산업단지 목록의 code를 보내 주세요.",
        "No industrial complex has this code; send the `code` of one from the list of complexes.",
    )


def last_day_missing() -> AppError:
    """A theme consortium without its last day."""
    return invalid_field(
        "/body/ends_on",
        "ends_on_missing",
        "테마클러스터는 기한이 있습니다. 마지막 날을 보내 주세요.",
        "A theme consortium is limited in time; send its last day.",
    )


def last_day_is_over() -> AppError:
    """A last day in the past."""
    return invalid_field(
        "/body/ends_on",
        "ends_on_is_over",
        "지난 날짜입니다. 오늘이나 그 뒤의 날짜를 보내 주세요.",
        "This day is over; send today or a later one.",
    )


def region_missing() -> AppError:
    """A regional consortium without its region."""
    return invalid_field(
        "/body/region",
        "region_missing",
        "광역권 클러스터에는 광역권 코드가 필요합니다.",
        "A regional consortium belongs to a region; send its code.",
    )
