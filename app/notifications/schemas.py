"""Devices and the inbox as requests and responses show them."""

import uuid

from pydantic import Field

from app.core.localisation import Locale
from app.ideas.schemas import AuthorCard
from app.models.notifications import DeliveryState, DeviceEnd, DigestRhythm, Platform, PushTopic, Reason, TokenKind
from app.web.fields import Line, Moment, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_EXAMPLE_CURSOR = "mUq1S0pbXmhvbWUiLDE3"

APP_VERSION = Field(
    min_length=1, max_length=32, pattern=r"^[0-9A-Za-z.+_-]+$", description="Version of the app", examples=["1.4.2"]
)


CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class DeviceRegistration(RequestModel):
    """What a phone says of itself, at each start of the app and whenever its token changes."""

    token_kind: TokenKind = Field(
        description="How FCM addresses it: a registration token, or a Firebase installation id", examples=["token"]
    )
    token: str = Field(
        min_length=1,
        max_length=1024,
        pattern=r"^[!-~]+$",
        description="The token or id itself",
        examples=["fGx2yT3kQ0m:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ-hQMRKRrZuJAEcl7B338qju59"],
    )
    platform: Platform = Field(description="The kind of client", examples=["android"])
    app_version: str = APP_VERSION
    locale: Locale = Field(description="Language of its pushes", examples=["ko"])
    time_zone: Line = Field(
        min_length=1, max_length=64, description="IANA name of its time zone", examples=["Asia/Seoul"]
    )


class Device(ResponseModel):
    """A device of mine. Its token is never given out."""

    id: uuid.UUID = Field(description="The device", examples=[_EXAMPLE_ID])
    platform: str = open_enum(Platform, "The kind of client")
    token_kind: str = open_enum(TokenKind, "How FCM addresses it")
    app_version: str = Field(description="Version of the app", examples=["1.4.2"])
    locale: str = Field(description="Language of its pushes", examples=["ko"])
    time_zone: str = Field(description="IANA name of its time zone", examples=["Asia/Seoul"])
    created_at: Moment = Field(description="When it was registered first")
    last_seen_at: Moment = Field(description="When it was registered last")
    is_current: bool = Field(description="Whether it belongs to the session that asks", examples=[True])
    gets_pushes: bool = Field(
        description="Whether it gets pushes: it is enabled, its session lives, and it was seen within 60 days",
        examples=[True],
    )
    disabled_reason: str | None = open_enum(DeviceEnd, "Why it was disabled; null while it is not")


class DevicePage(ResponseModel):
    """A page of my devices, the newest first."""

    items: list[Device] = Field(description="Devices")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])


class DeliveryRecord(ResponseModel):
    """One push to a device of mine: what became of it, and why."""

    state: str = open_enum(
        DeliveryState,
        "pending: to be sent; sent: handed to Google or Apple; dropped: not sent any more; dead: given up",
    )
    code: str | None = Field(
        description="Why: read, muted, superseded (a later push told it, too), expired, not_visible, session_ended,"
        " device_disabled, device_moved, or what the push service answered last; null before the first try",
        examples=["read"],
    )
    topic: str = open_enum(PushTopic, "What it was to tell of")
    idea_id: uuid.UUID | None = Field(
        description="The idea it was to tell of; null if I may not see it any more", examples=[_EXAMPLE_ID]
    )
    attempts: int = Field(description="How often it was tried", examples=[1])
    created_at: Moment = Field(description="Since when it was to be sent")
    settled_at: Moment | None = Field(description="When it was sent, dropped or given up; null while pending")
    next_try_at: Moment | None = Field(description="Not tried before; null unless pending")


class DeliveryPage(ResponseModel):
    """A page of the pushes to a device of mine, the newest first."""

    items: list[DeliveryRecord] = Field(description="Pushes of the last 30 days")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])


class QuietHours(ResponseModel):
    """When my phones stay quiet, in my time zone; past midnight where the end is the earlier one."""

    begins_at: str = Field(description="From this time of the day", examples=["21:00"])
    ends_at: str = Field(description="Until this time of the day", examples=["07:30"])


class QuietHoursUpdate(RequestModel):
    """When my phones are to stay quiet. The same time twice stands for none."""

    begins_at: str = Field(pattern=CLOCK, description="From this time of the day", examples=["21:00"])
    ends_at: str = Field(pattern=CLOCK, description="Until this time of the day", examples=["07:30"])


class Choice(ResponseModel):
    """In which ways I am told for one reason."""

    reason: str = open_enum(Reason, "Why I am told")
    inbox: bool = Field(description="Whether it comes into my inbox; if not, I am not told at all", examples=[True])
    push: bool = Field(description="Whether it is pushed, too", examples=[True])
    email_digest: bool = Field(description="Whether it stands in my digest while I have not read it", examples=[True])


class ChoiceUpdate(RequestModel):
    """In which ways I want to be told for one reason."""

    reason: Reason = Field(description="Why I am told", examples=["followed"])
    inbox: bool = Field(description="Whether it is to come into my inbox", examples=[True])
    push: bool = Field(description="Whether it is to be pushed, too; not without the inbox", examples=[False])
    email_digest: Optional[bool] = Field(
        None,
        description="Whether it is to stand in my digest; not without the inbox, and as by default when left out",
        examples=[True],
    )


class NotificationSettings(ResponseModel):
    """How I am told."""

    quiet_hours: QuietHours | None = Field(description="When my phones stay quiet; null for never")
    time_zone: str = Field(description="The zone of the quiet hours: the one of my account", examples=["Asia/Seoul"])
    hides_content: bool = Field(
        description="Whether pushes say only what happened and where, without titles, names and texts", examples=[False]
    )
    choices: list[Choice] = Field(description="Every reason that leaves a choice, the strongest first")
    digest_rhythm: str = open_enum(DigestRhythm, "How often I am mailed a digest of what I have not read")
    mini_cluster_ids: list[uuid.UUID] = Field(
        description="The mini-clusters for which I chose otherwise", examples=[[_EXAMPLE_ID]]
    )


class NotificationSettingsUpdate(RequestModel):
    """How I want to be told, all of it."""

    quiet_hours: QuietHoursUpdate | None = Field(description="When my phones are to stay quiet; null for never")
    hides_content: bool = Field(description="Whether pushes are to say only what happened and where", examples=[False])
    choices: list[ChoiceUpdate] = Field(
        max_length=len(Reason),
        description="Reasons I choose for; those left out are told of in every way, but new ideas in the inbox only",
    )
    digest_rhythm: Optional[DigestRhythm] = Field(
        None, description="How often I want a digest; as before when left out", examples=["daily"]
    )


class MiniClusterNotificationSettings(ResponseModel):
    """How I am told of a mini-cluster."""

    mini_cluster_id: uuid.UUID = Field(description="The mini-cluster", examples=[_EXAMPLE_ID])
    choices: list[Choice] = Field(description="Every reason that leaves a choice, the strongest first")


class MiniClusterNotificationSettingsUpdate(RequestModel):
    """How I want to be told of a mini-cluster."""

    choices: list[ChoiceUpdate] = Field(max_length=len(Reason), description="Reasons I choose for")


class InboxIdea(ResponseModel):
    """The idea an inbox entry is about."""

    id: uuid.UUID = Field(description="The idea", examples=[_EXAMPLE_ID])
    title: str = Field(description="Its title", examples=["절삭유 미스트 집진 장치 공동 시험"])


class InboxAnnouncement(ResponseModel):
    """The announcement an inbox entry is about."""

    id: uuid.UUID = Field(description="The announcement", examples=[_EXAMPLE_ID])
    title: str = Field(description="Its title", examples=["12월 정기 교류회 안내"])


class InboxItem(ResponseModel):
    """Something I was told of."""

    id: uuid.UUID = Field(description="The entry", examples=[_EXAMPLE_ID])
    reason: str = open_enum(Reason, "Why I was told, the strongest reason where there were several")
    actor: AuthorCard = Field(
        description="Whose act it is; myself where something of mine was moderated (see `GET /v1/me/statements`) or"
        " decided, and where something waits for me"
    )
    idea: InboxIdea | None = Field(description="The idea it is about; null where it is about something else")
    comment_id: uuid.UUID | None = Field(
        description="The comment it is about; null for a recommendation", examples=[_EXAMPLE_ID]
    )
    announcement: InboxAnnouncement | None = Field(description="The announcement it is about, if it is about one")
    application_id: uuid.UUID | None = Field(
        description="The application it is about: mine that was decided, or one that waits for me",
        examples=[_EXAMPLE_ID],
    )
    case_id: uuid.UUID | None = Field(description="The case that waits for me", examples=[_EXAMPLE_ID])
    created_at: Moment = Field(description="When I was told")
    read_at: Moment | None = Field(description="When I read it; null while unread")


class InboxPage(ResponseModel):
    """A page of my inbox, the newest first."""

    items: list[InboxItem] = Field(description="Entries")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=[_EXAMPLE_CURSOR])


class InboxRead(RequestModel):
    """How far I have read my inbox."""

    up_to: uuid.UUID = Field(description="The newest entry that I saw", examples=[_EXAMPLE_ID])


class UnreadCount(ResponseModel):
    """What the app shows as its badge."""

    count: int = Field(description="Unread entries; 999 stands for 999 or more", examples=[3])
