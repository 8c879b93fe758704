"""The four accounts of the demo that can sign in by password, and what is printed about them."""

from typing import NamedTuple

PASSWORD = "idea-storage-demo"


class DemoAccount(NamedTuple):
    """A well-known person of the demo."""

    email: str
    name: str
    role_ko: str
    role_en: str


MEMBER = DemoAccount("member@demo.example", "김하늘", "회원", "member")
COLLEAGUE = DemoAccount(
    "colleague@demo.example", "이도윤", "같은 미니클러스터의 회원", "member of the same mini-cluster"
)
COORDINATOR = DemoAccount("coordinator@demo.example", "박서연", "코디네이터", "coordinator of the consortium")
OPERATOR = DemoAccount("operator@demo.example", "최민준", "운영자", "operator")
ALL = (MEMBER, COLLEAGUE, COORDINATOR, OPERATOR)
