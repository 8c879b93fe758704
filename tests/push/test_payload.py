"""The published data of a push: what the phone gets, and the schema app developers read."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pydantic import ValidationError as InvalidModel

from app.push.payload import Channel, PushKind, PushPayload, deep_link, json_schema, json_schema_text
from app.push.transport import RESERVED_DATA_KEYS, RESERVED_DATA_PREFIXES
from tests.push.messages import COMMENT, IDEA, a_push

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "push-payload.schema.json"
MINI_CLUSTER = UUID("0198f2a4-0001-7000-8000-000000000001")
ANNOUNCEMENT = UUID("0198f2a4-0003-7000-8000-000000000003")
ABOUT_NO_IDEA = (
    PushKind.TEST,
    PushKind.ANNOUNCEMENT,
    PushKind.APPLICATION_DECIDED,
    PushKind.WAITING,
    PushKind.NEW_IDEA,
    PushKind.DISMISS,
)
INBOX_ITEM = UUID("0198f2a4-0002-7000-8000-000000000002")


def a_payload(kind: PushKind, **changes: Any) -> PushPayload:
    about_a_comment = kind in (PushKind.COMMENT, PushKind.REPLY, PushKind.MENTION)
    is_announced = kind is PushKind.ANNOUNCEMENT
    values: dict[str, Any] = {
        "kind": kind,
        "idea_id": None if kind in ABOUT_NO_IDEA else UUID(IDEA),
        "announcement_id": ANNOUNCEMENT if is_announced else None,
        "comment_id": UUID(COMMENT) if about_a_comment else None,
        "mini_cluster_id": None if kind is PushKind.TEST else MINI_CLUSTER,
        "inbox_item_id": INBOX_ITEM if about_a_comment else None,
        "notification_tag": f"idea-{IDEA}",
        "badge": 3,
    }
    return PushPayload(**{**values, **changes})


def test_a_reply_as_the_phone_gets_it() -> None:
    assert a_payload(PushKind.REPLY).to_data() == {
        "schema_version": "1",
        "kind": "reply",
        "idea_id": IDEA,
        "comment_id": COMMENT,
        "mini_cluster_id": str(MINI_CLUSTER),
        "inbox_item_id": str(INBOX_ITEM),
        "notification_tag": f"idea-{IDEA}",
        "badge": "3",
        "deep_link": f"ideastorage://ideas/{IDEA}?comment={COMMENT}",
    }


def test_a_value_that_is_not_there_is_an_absent_key() -> None:
    assert a_payload(PushKind.TEST, badge=0).to_data() == {
        "schema_version": "1",
        "kind": "test",
        "notification_tag": f"idea-{IDEA}",
        "badge": "0",
        "deep_link": "ideastorage://inbox",
    }


def test_the_link_to_an_idea_without_a_comment() -> None:
    assert deep_link(UUID(IDEA)) == f"ideastorage://ideas/{IDEA}"
    data = a_payload(PushKind.ANNOUNCEMENT).to_data()
    assert data["deep_link"] == f"ideastorage://announcements/{ANNOUNCEMENT}"


@pytest.mark.parametrize("kind", list(PushKind))
def test_every_kind_is_valid_by_the_schema_and_can_be_sent(kind: PushKind) -> None:
    """Check 18."""
    data = a_payload(kind).to_data()
    Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)
    assert a_push(data=data).data == data


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (PushKind.VOTE, "idea_id"),
        (PushKind.MENTION, "comment_id"),
        (PushKind.ANNOUNCEMENT, "announcement_id"),
    ],
)
def test_model_and_schema_ask_for_what_a_kind_needs(kind: PushKind, missing: str) -> None:
    with pytest.raises(InvalidModel, match=missing):
        a_payload(kind, **{missing: None})
    data = a_payload(kind).to_data()
    del data[missing]
    with pytest.raises(ValidationError, match=missing):
        Draft202012Validator(json_schema()).validate(data)


def test_a_phone_accepts_kinds_and_keys_of_a_later_server() -> None:
    data = {**a_payload(PushKind.TEST).to_data(), "kind": "poll", "poll_id": "7"}
    Draft202012Validator(json_schema()).validate(data)


def test_the_schema_is_a_schema_of_strings_alone() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert {described["type"] for described in schema["properties"].values()} == {"string"}
    assert (
        schema["x-android-channels"]
        == ["responses", "votes", "progress", "announcements", "moderation", "ideas"]
        == list(Channel)
    )


def test_no_key_is_one_of_fcms_own() -> None:
    keys = set(json_schema()["properties"])
    assert not keys & RESERVED_DATA_KEYS
    assert not [key for key in keys if key.startswith(RESERVED_DATA_PREFIXES)]


def test_the_published_schema_is_fresh() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == json_schema_text(), (
        "run: python -m app.push.payload > docs/push-payload.schema.json"
    )
