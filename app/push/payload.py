"""What the app gets in a push's `data`: the published, versioned contract with the phone.

Version 1 only ever gains optional keys. Taking a key away, renaming it or changing its meaning makes version 2.
The JSON Schema for app developers is generated: `python -m app.push.payload > docs/push-payload.schema.json`.
"""

import json
import sys
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, computed_field, model_validator
from pydantic.json_schema import SkipJsonSchema

SCHEMA_VERSION: Literal["1"] = "1"


class Channel(StrEnum):
    """Notification channels the Android app creates at its first start; a member mutes each in the phone's settings."""

    RESPONSES = "responses"
    VOTES = "votes"
    PROGRESS = "progress"
    ANNOUNCEMENTS = "announcements"
    MODERATION = "moderation"
    IDEAS = "ideas"


class PushKind(StrEnum):
    """Why the phone is told."""

    COMMENT = "comment"
    REPLY = "reply"
    MENTION = "mention"
    VOTE = "vote"
    STATE_CHANGED = "state_changed"
    CONSENT_ASKED = "consent_asked"
    ANNOUNCEMENT = "announcement"
    APPLICATION_DECIDED = "application_decided"
    WAITING = "waiting"
    NEW_IDEA = "new_idea"
    DISMISS = "dismiss"
    TEST = "test"


_ABOUT_A_COMMENT = (PushKind.COMMENT, PushKind.REPLY, PushKind.MENTION)
_ABOUT_NO_IDEA = (
    PushKind.ANNOUNCEMENT,
    PushKind.APPLICATION_DECIDED,
    PushKind.WAITING,
    PushKind.NEW_IDEA,
    PushKind.DISMISS,
    PushKind.TEST,
)

Badge = Annotated[
    int,
    Field(ge=0),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}),
]

Kind = Annotated[PushKind, WithJsonSchema({"type": "string", "x-extensible-enum": [kind.value for kind in PushKind]})]


def deep_link(idea_id: UUID | None, comment_id: UUID | None = None, announcement_id: UUID | None = None) -> str:
    """Return the address that opens the idea, at the comment where one is given, or the announcement; or the inbox."""
    if announcement_id is not None:
        return f"ideastorage://announcements/{announcement_id}"
    if idea_id is None:
        return "ideastorage://inbox"
    return f"ideastorage://ideas/{idea_id}" + (f"?comment={comment_id}" if comment_id else "")


class PushPayload(BaseModel):
    """The `data` of every push. All values are strings; a key without a value is absent, never empty.

    Ignore keys you don't know. For a `kind` you don't know, show the notification and open `deep_link`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Idea Storage push data")

    schema_version: Literal["1"] = Field(default=SCHEMA_VERSION, description="Version of this contract.")
    kind: Kind = Field(
        description="Why the phone is told. dismiss is silent: it was read on another device, so take the notification "
        "of notification_tag off the screen and set the badge."
    )
    idea_id: UUID | SkipJsonSchema[None] = Field(default=None, description="The idea, where it is about a single one.")
    comment_id: UUID | SkipJsonSchema[None] = Field(
        default=None, description="The comment, reply or mention; the newest one where several are told of at once."
    )
    announcement_id: UUID | SkipJsonSchema[None] = Field(default=None, description="The announcement.")
    mini_cluster_id: UUID | SkipJsonSchema[None] = Field(
        default=None, description="The mini-cluster of the idea or the application, or to which was announced."
    )
    inbox_item_id: UUID | SkipJsonSchema[None] = Field(
        default=None, description="The inbox entry to mark as read when the notification is opened."
    )
    notification_tag: str = Field(
        min_length=1,
        max_length=64,
        description="Names the notification on the screen: the Android tag, and the request identifier on iOS.",
    )
    badge: Badge = Field(description="Unread inbox entries: the number on the app's icon, absolute.")

    @computed_field(description="Opens the right screen, at the comment where there is one.")  # type: ignore[prop-decorator]
    @property
    def deep_link(self) -> str:
        """The address to open when the notification is tapped."""
        return deep_link(self.idea_id, self.comment_id, self.announcement_id)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind not in _ABOUT_NO_IDEA and self.idea_id is None:
            raise ValueError(f"a push of kind {self.kind.value} needs idea_id")
        if self.kind is PushKind.ANNOUNCEMENT and self.announcement_id is None:
            raise ValueError("a push of kind announcement needs announcement_id")
        if self.kind in _ABOUT_A_COMMENT and self.comment_id is None:
            raise ValueError(f"a push of kind {self.kind.value} needs comment_id")
        return self

    def to_data(self) -> dict[str, str]:
        """Return the keys and strings for FCM's `data`."""
        return {key: str(value) for key, value in self.model_dump(mode="json", exclude_none=True).items()}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the data as it arrives at the phone."""
    schema = PushPayload.model_json_schema(mode="serialization")
    # Titles only repeat the keys, and defaults are the model's: for the phone an absent value is an absent key.
    schema["properties"] = {
        name: {word: value for word, value in described.items() if word not in ("title", "default")}
        for name, described in schema["properties"].items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        # The phone may meet keys of a later minor revision; only the server's own model forbids unknown ones.
        "additionalProperties": {"type": "string"},
        "required": sorted({*schema["required"], "schema_version"}),
        "allOf": [
            {"if": _kind_is(*(set(PushKind) - {*_ABOUT_NO_IDEA})), "then": {"required": ["idea_id"]}},
            {"if": _kind_is(PushKind.ANNOUNCEMENT), "then": {"required": ["announcement_id"]}},
            {"if": _kind_is(*_ABOUT_A_COMMENT), "then": {"required": ["comment_id"]}},
        ],
        "x-android-channels": [channel.value for channel in Channel],
    }


def json_schema_text() -> str:
    """Return the JSON Schema as it is written to docs/push-payload.schema.json."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _kind_is(*kinds: PushKind) -> dict[str, Any]:
    return {"properties": {"kind": {"enum": sorted(kinds)}}}


if __name__ == "__main__":
    sys.stdout.write(json_schema_text())
