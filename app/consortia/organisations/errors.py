"""What can stand in the way of keeping the register of organisations."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text


class OrganisationMerged(Conflict):
    """The organisation was merged into another one and stays as it is."""

    code = "organisation_merged"
    detail = Text(
        "다른 기관으로 합쳐진 기관입니다. merged_into_id의 기관을 쓰세요.",
        "It was merged into another organisation; use the one of its `merged_into_id`.",
    )


class BusinessNumberTaken(Conflict):
    """Another organisation bears the number."""

    code = "business_number_taken"
    detail = Text(
        "이미 등록된 사업자등록번호입니다. 그 기관을 쓰거나 두 기관을 합쳐 주세요.",
        "Another organisation bears this number; use that one, or merge the two.",
    )


def wrong_business_number() -> AppError:
    """The number is not ten digits, or its check digit is wrong."""
    return invalid_field(
        "/body/business_number",
        "invalid_business_number",
        "사업자등록번호 열 자리를 확인해 주세요. 예: 124-81-00998",
        "Check the ten digits of the business registration number; for example 124-81-00998.",
    )


def size_of_no_company() -> AppError:
    """A size band was given for something that is no company."""
    return invalid_field(
        "/body/size_band",
        "size_band_of_companies",
        "규모는 기업에만 쓸 수 있습니다. 빼 주세요.",
        "Only companies have a size band; leave it out.",
    )


def cannot_merge_into_itself() -> AppError:
    """Both sides of a merge are the same row."""
    return invalid_field(
        "/body/into_id",
        "same_organisation",
        "같은 기관입니다. 남길 다른 기관을 골라 주세요.",
        "This is the same organisation; choose the other one, which is to stay.",
    )


def unknown_survivor() -> AppError:
    """The organisation that is to stay does not exist."""
    return invalid_field(
        "/body/into_id",
        "unknown_organisation",
        "없는 기관입니다. 기관 목록에서 골라 주세요.",
        "There is no such organisation; choose one from the list.",
    )


def survivor_is_merged() -> AppError:
    """The organisation that is to stay was itself merged away."""
    return invalid_field(
        "/body/into_id",
        "organisation_merged",
        "다른 기관으로 합쳐진 기관입니다. 그 merged_into_id의 기관을 골라 주세요.",
        "It was merged into another organisation itself; choose the one of its `merged_into_id`.",
    )
