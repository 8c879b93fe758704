"""Rosters as requests and responses show them."""

import uuid
from enum import StrEnum

from pydantic import Field

from app.consortia.roster.columns import TITLES
from app.consortia.roster.comparing import Change, Known
from app.consortia.roster.faults import Fault
from app.core.localisation import Locale
from app.models.organisations import OrganisationKind
from app.web.fields import Moment, RequestModel, ResponseModel, open_enum

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"
_FINGERPRINT = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"


class RosterStanding(StrEnum):
    """How far a person of a roster has come."""

    IMPORTED = "imported"
    INVITED = "invited"
    BOUNCED = "bounced"
    VERIFIED = "verified"
    ACTIVE = "active"


class ExportFormat(StrEnum):
    """The file of an export."""

    CSV = "csv"
    XLSX = "xlsx"


class RosterError(ResponseModel):
    """A cell that has to be corrected."""

    row: int = Field(description="The row, as the spreadsheet counts", examples=[12])
    column: str = Field(description="Its head", examples=["사업자등록번호"])
    code: str = Field(description="What is wrong", examples=["invalid_business_number"])
    detail: str = Field(description="What to do", examples=["사업자등록번호 열 자리를 확인해 주세요. 예: 124-81-00998"])


class RosterPerson(ResponseModel):
    """Somebody of a preview."""

    row: int | None = Field(description="The row of the file; null for who is not in it", examples=[12])
    name: str = Field(description="Name", examples=["김하늘"])
    organisation: str = Field(description="Where the person works", examples=["㈜한성금형"])
    changed: list[str] = Field(description="The fields that are others than before", examples=[["position"]])


class RosterPreview(ResponseModel):
    """What a file would do. Lists show the first 200; the counts are of all."""

    fingerprint: str | None = Field(
        description="To be sent along with the same file to confirm; null while rows have errors",
        examples=[_FINGERPRINT],
    )
    row_count: int = Field(description="People in the file", examples=[240])
    error_row_count: int = Field(description="Rows with errors", examples=[0])
    errors: list[RosterError] = Field(description="What is to be corrected, by row")
    ignored_columns: list[str] = Field(description="Heads that mean nothing to us", examples=[["비고"]])
    new_count: int = Field(description="Who is not on the roster yet, or comes back", examples=[12])
    changed_count: int = Field(description="Who stays, described otherwise", examples=[3])
    kept_count: int = Field(description="Who stays as before", examples=[225])
    left_count: int = Field(description="Who is not in the file any more", examples=[7])
    new: list[RosterPerson] = Field(description="The new ones")
    changed: list[RosterPerson] = Field(description="Those described otherwise")
    left: list[RosterPerson] = Field(description="Those who have left")


class RosterImport(ResponseModel):
    """A roster that was taken over."""

    id: uuid.UUID = Field(description="The import", examples=[_EXAMPLE_ID], validation_alias="public_id")
    new_count: int = Field(description="Who came, or came back", examples=[12])
    changed_count: int = Field(description="Who stayed, described otherwise", examples=[3])
    kept_count: int = Field(description="Who stayed as before", examples=[225])
    left_count: int = Field(description="Who left", examples=[7])
    ended_count: int = Field(description="Memberships that were ended", examples=[0])
    created_at: Moment = Field(description="When")


class RosterRow(ResponseModel):
    """A person of a roster."""

    id: uuid.UUID = Field(description="The row", examples=[_EXAMPLE_ID])
    name: str = Field(description="Name", examples=["김하늘"])
    email: str | None = Field(description="E-mail address; null if none", examples=["haneul.kim@example.kr"])
    is_shared_address: bool = Field(
        description="Whether several share the address: mails name the person they are for", examples=[False]
    )
    phone: str | None = Field(description="Phone number, digits only", examples=["01012345678"])
    organisation: str = Field(description="Where the person works", examples=["㈜한성금형"])
    organisation_kind: str = open_enum(OrganisationKind, "Kind of organisation")
    business_number: str | None = Field(description="사업자등록번호, ten digits", examples=["1248100998"])
    position: str | None = Field(description="직위", examples=["책임연구원"])
    state: str = open_enum(
        RosterStanding, "imported, invited, bounced (the mail server refused), verified (joined), active (came back)"
    )
    bounce_code: str | None = Field(description="What the mail server said", examples=["smtp_550"])
    is_queued: bool = Field(description="Whether an invitation is about to be sent", examples=[False])
    account_id: uuid.UUID | None = Field(description="The account, once joined", examples=[_EXAMPLE_ID])
    confirmed_at: Moment = Field(description="When a file named the person last")
    invited_at: Moment | None = Field(description="When the last invitation was made; null if none was")
    verified_at: Moment | None = Field(description="When the person joined; null if not yet")
    left_at: Moment | None = Field(description="When a file first named the person no longer; null while it does")


class RosterPage(ResponseModel):
    """A page of a roster."""

    items: list[RosterRow] = Field(description="People in the order of import")
    next_cursor: str | None = Field(description="Where to go on; null at the end", examples=["mUq1S0pbXmhvbWUiLDE3"])


class InvitableState(StrEnum):
    """States in which somebody of a roster can be invited."""

    IMPORTED = "imported"
    INVITED = "invited"
    BOUNCED = "bounced"


class RosterInvitationsCreate(RequestModel):
    """Whom to invite by mail."""

    states: list[InvitableState] = Field(
        [InvitableState.IMPORTED],
        min_length=1,
        max_length=3,
        description="People in these states; `invited` sends again to those who have not joined",
        examples=[["imported", "bounced"]],
    )
    row_ids: list[uuid.UUID] = Field(
        [], max_length=100, description="Of these only, if any are named", examples=[[_EXAMPLE_ID]]
    )


class QueuedInvitations(ResponseModel):
    """Invitations that are about to be sent."""

    queued_count: int = Field(description="People who are about to be sent one", examples=[215])
    without_address_count: int = Field(
        description="People whom no mail reaches, for they have no address: print codes for them", examples=[12]
    )


class PrintedCode(ResponseModel):
    """A code for the letter to one person, shown this once."""

    row_id: uuid.UUID = Field(description="The row of the roster", examples=[_EXAMPLE_ID])
    name: str = Field(description="Whom it is for", examples=["김하늘"])
    organisation: str = Field(description="Where the person works", examples=["㈜한성금형"])
    code: str = Field(description="What the person types", examples=["7KQM-4XRT-9PHD-2WNB"], repr=False)
    expires_at: Moment = Field(description="Until when it is good, for one use")


def roster_error(fault: Fault, locale: Locale) -> RosterError:
    """A fault in one language."""
    return RosterError(
        row=fault.row,
        column=TITLES[fault.column].render(locale),
        code=fault.code,
        detail=fault.text.render(locale),
    )


def changed_person(change: Change) -> RosterPerson:
    """Somebody whom the file describes otherwise."""
    entry = change.entry
    return RosterPerson(row=entry.row, name=entry.name, organisation=entry.organisation_name, changed=change.fields)


def left_person(known: Known) -> RosterPerson:
    """Somebody whom the file does not name."""
    return RosterPerson(row=None, name=known.name, organisation=known.organisation_name, changed=[])
