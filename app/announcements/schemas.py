"""Announcements as requests and responses show them."""

import uuid

from pydantic import AwareDatetime, Field

from app.announcements.policy import AnnouncementAction
from app.ideas.schemas import AuthorCard
from app.models.announcements import BODY_LENGTH, LINK_LENGTH, TITLE_LENGTH
from app.web.fields import ClientId, Line, Moment, MultilineText, RequestModel, ResponseModel
from app.web.optional import Optional

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_TITLE = "12월 정기 교류회 안내"
_BODY = "12월 10일 오후 3시, 창원 산학융합본부에서 모입니다. 참석 여부를 알려 주세요."
_LINK = "https://example.kr/meeting"
_UNTIL = "2026-12-10T06:00:00Z"
_HTTPS = r"^https://[!-~]+$"


class AnnouncementCreate(RequestModel):
    """What is to be told to everyone of a mini-cluster or a consortium."""

    id: ClientId
    mini_cluster_id: Optional[uuid.UUID] = Field(
        None, description="The mini-cluster that is told; left out for a whole consortium", examples=[_EXAMPLE_ID]
    )
    consortium_id: Optional[uuid.UUID] = Field(
        None, description="The consortium that is told; left out for a mini-cluster", examples=[_EXAMPLE_ID]
    )
    title: Line = Field(min_length=1, max_length=TITLE_LENGTH, description="Title", examples=[_TITLE])
    body: MultilineText = Field(min_length=1, max_length=BODY_LENGTH, description="Text", examples=[_BODY])
    link: Optional[str] = Field(
        None, max_length=LINK_LENGTH, pattern=_HTTPS, description="Where there is more, over HTTPS", examples=[_LINK]
    )
    valid_until: AwareDatetime = Field(
        description="Until when it stands on top of feeds, a year at most", examples=[_UNTIL]
    )


class AnnouncementUpdate(RequestModel):
    """What is to change; what is left out stays. Nobody is pushed again."""

    title: Optional[Line] = Field(None, min_length=1, max_length=TITLE_LENGTH, description="Title", examples=[_TITLE])
    body: Optional[MultilineText] = Field(
        None, min_length=1, max_length=BODY_LENGTH, description="Text", examples=[_BODY]
    )
    link: Optional[str] = Field(
        None,
        max_length=LINK_LENGTH,
        pattern=rf"^$|{_HTTPS}",
        description="Where there is more; empty for no link",
        examples=[_LINK],
    )
    valid_until: Optional[AwareDatetime] = Field(None, description="Until when it stands", examples=[_UNTIL])


class Announcement(ResponseModel):
    """An announcement."""

    id: uuid.UUID = Field(description="The announcement", examples=[_EXAMPLE_ID])
    consortium_id: uuid.UUID = Field(description="The consortium", examples=[_EXAMPLE_ID])
    mini_cluster_id: uuid.UUID | None = Field(
        description="The mini-cluster that is told; null where the whole consortium is", examples=[_EXAMPLE_ID]
    )
    author: AuthorCard = Field(description="Who announces")
    title: str = Field(description="Title", examples=[_TITLE])
    body: str = Field(description="Text", examples=[_BODY])
    link: str | None = Field(description="Where there is more", examples=[_LINK])
    valid_until: Moment = Field(description="Until when it stands on top of feeds")
    created_at: Moment = Field(description="When it was made")
    edited_at: Moment | None = Field(description="When it was changed last; null if never")
    is_read: bool = Field(description="Whether I have opened it", examples=[False])
    reader_count: int | None = Field(
        description="How many have opened it; null for those who may not change it", examples=[41]
    )
    allowed_actions: list[str] = Field(
        description="What I may do to it",
        json_schema_extra={
            "x-extensible-enum": [str(action) for action in AnnouncementAction],
            "examples": [["edit", "withdraw"]],
        },
    )


class AnnouncementPage(ResponseModel):
    """A page of announcements, the newest first."""

    items: list[Announcement] = Field(description="Announcements")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])
