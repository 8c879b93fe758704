"""The columns of a roster and what their heads are called in Korean and in English spreadsheets."""

import re
import unicodedata
from enum import StrEnum

from app.core.localisation import Text


class Column(StrEnum):
    """What is read of a row; every other column is left alone."""

    NAME = "name"
    EMAIL = "email"
    SHARED = "shared"
    PHONE = "phone"
    ORGANISATION = "organisation"
    KIND = "kind"
    BUSINESS_NUMBER = "business_number"
    POSITION = "position"


REQUIRED = (Column.NAME, Column.ORGANISATION)

TITLES = {
    Column.NAME: Text("이름", "Name"),
    Column.EMAIL: Text("이메일", "E-mail"),
    Column.SHARED: Text("공용메일", "Shared address"),
    Column.PHONE: Text("전화번호", "Phone"),
    Column.ORGANISATION: Text("기관명", "Organisation"),
    Column.KIND: Text("기관구분", "Kind"),
    Column.BUSINESS_NUMBER: Text("사업자등록번호", "Business number"),
    Column.POSITION: Text("직위", "Position"),
}
"""The heads as we write them ourselves."""

_HEADS = {
    Column.NAME: "이름 성명 성함 회원명 담당자 담당자명 참여자 name fullname",
    Column.EMAIL: "이메일 이메일주소 메일 메일주소 전자우편 전자우편주소 email emailaddress mail",
    Column.SHARED: "공용메일 공용이메일 공용주소 공용여부 sharedaddress sharedemail shared",
    Column.PHONE: "전화 전화번호 휴대전화 휴대전화번호 휴대폰 휴대폰번호 핸드폰 연락처"
    " phone phonenumber mobile tel telephone",
    Column.ORGANISATION: "기관 기관명 회사 회사명 기업 기업명 업체 업체명 소속 소속기관 소속명"
    " organisation organization company companyname affiliation",
    Column.KIND: "기관구분 기관유형 기관종류 구분 유형 kind organisationkind organizationkind",
    Column.BUSINESS_NUMBER: "사업자등록번호 사업자번호 사업자등록no businessnumber businessregistrationnumber brn",
    Column.POSITION: "직위 직급 직책 직함 position jobtitle title",
}
_REMARK = re.compile(r"\([^)]*\)")
_BY_HEAD = {head: column for column, heads in _HEADS.items() for head in heads.split()}


def column_of(head: str) -> Column | None:
    """The column that a head names, however it is spaced and punctuated; None for one that is left alone."""
    normal = _REMARK.sub("", unicodedata.normalize("NFKC", head).casefold())
    return _BY_HEAD.get("".join(character for character in normal if character.isalnum()))
