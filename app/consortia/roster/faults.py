"""What can be wrong with one cell of a roster, said so that whoever keeps the spreadsheet can mend it."""

from typing import NamedTuple

from app.consortia.roster.columns import Column
from app.core.localisation import Text


class Fault(NamedTuple):
    """A cell that has to be corrected before anything is taken over."""

    row: int
    column: Column
    code: str
    text: Text


TEXTS = {
    "missing": Text("비어 있습니다. 채워 주세요.", "It is empty; fill it in."),
    "too_long": Text("너무 깁니다. 줄여 주세요.", "It is too long; shorten it."),
    "forbidden_character": Text(
        "제어 문자나 방향 전환 문자가 있습니다. 지우고 다시 써 주세요.",
        "It holds control characters or direction overrides; write it anew.",
    ),
    "cell_error": Text(
        "수식 오류가 들어 있습니다. 값으로 바꿔 주세요.", "It holds the error of a formula; put a value there."
    ),
    "invalid_email": Text(
        "이메일 주소 형식이 아닙니다. 주소 하나만 적어 주세요.", "Not an e-mail address; write one address."
    ),
    "invalid_phone": Text(
        "전화번호 형식이 아닙니다. 예: 010-1234-5678", "Not a phone number; for example 010-1234-5678."
    ),
    "invalid_business_number": Text(
        "사업자등록번호 열 자리를 확인해 주세요. 예: 124-81-00998",
        "Check the ten digits of the business registration number; for example 124-81-00998.",
    ),
    "unknown_kind": Text(
        "기업, 대학, 연구소, 지자체, 지원기관 가운데 하나로 적어 주세요.",
        "Write one of: company, university, institute, local government, support.",
    ),
    "unknown_mark": Text("예 또는 아니오로 적어 주세요.", "Write yes or no."),
    "shared_without_address": Text(
        "공용이라고 한 이메일 주소가 없습니다.", "There is no address that could be shared."
    ),
    "address_twice": Text(
        "다른 행에도 있는 주소입니다. 여럿이 함께 쓰는 주소라면 모두 ‘공용메일’ 열에 예라고 적어 주세요.",
        'Another row has this address, too. If several share it, write yes into "Shared address" for all of them.',
    ),
    "person_twice": Text(
        "같은 사람이 다른 행에도 있습니다. 동명이인이라면 이름 뒤에 구별할 말을 붙여 주세요. 예: 김민수(생산)",
        "Another row names the same person. If these are two, add something to the name; for example 김민수(생산).",
    ),
}


def fault(row: int, column: Column, code: str) -> Fault:
    """A fault of one of the known codes."""
    return Fault(row, column, code, TEXTS[code])
