"""The search for undeclared fields finds them, however deep they lie."""

from tests.permissions.declared_fields import undeclared

DOCUMENT = {
    "components": {
        "schemas": {
            "Page": {"properties": {"items": {"items": {"$ref": "#/components/schemas/Idea"}}}},
            "Idea": {"properties": {"title": {}, "author": {"anyOf": [{"$ref": "#/components/schemas/Card"}, {}]}}},
            "Card": {"properties": {"name": {}, "counts": {"additionalProperties": {"type": "integer"}}}},
        }
    }
}
PAGE = {"$ref": "#/components/schemas/Page"}


def test_declared_fields_are_none_of_them() -> None:
    idea = {"title": "제목", "author": {"name": "김하늘", "counts": {"votes": 3}}}
    assert list(undeclared(DOCUMENT, PAGE, {"items": [idea, {"title": "둘", "author": None}]})) == []


def test_an_undeclared_field_is_named_by_its_place() -> None:
    leaking = {"title": "제목", "author": {"name": "김하늘", "email": "k@example.kr"}}
    assert list(undeclared(DOCUMENT, PAGE, {"items": [leaking], "total": 1})) == ["/items/0/author/email", "/total"]
