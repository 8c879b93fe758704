"""One row of every table that retention prunes, of a given age."""

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert

from app.core.database import Database
from app.core.localisation import Locale
from app.models import (
    AccessEntry,
    AccessToken,
    Account,
    ApplicantRegistration,
    Application,
    Change,
    Comment,
    DataExport,
    Delivery,
    Device,
    EmailChange,
    EmployerChange,
    Erasure,
    Idea,
    IdeaMerge,
    IdempotencyKey,
    InboxItem,
    Invitation,
    MergedComment,
    MergedVote,
    Model,
    ModerationAct,
    OutboxEvent,
    PasskeyChallenge,
    PasswordReset,
    PushJob,
    RefreshToken,
    RosterImport,
    RosterRow,
    Session,
    SignInChallenge,
    SignInCode,
    Throttle,
    UsedIdToken,
    WorkerHeartbeat,
)
from app.models.applications import ApplicationState
from app.models.ideas import Visibility
from app.models.memberships import MemberRole
from app.models.moderation import ActKind
from app.models.notifications import DeliveryState, DeviceEnd, Platform, PushTopic, Reason, TokenKind
from app.models.organisations import OrganisationKind
from app.models.privacy import ErasureOrigin
from app.models.rosters import RosterState

RowT = TypeVar("RowT", bound=Model)


class Rows:
    """Makes rows about one person in one mini-cluster, each distinct from the others."""

    def __init__(self, database: Database, account_id: int, mini_cluster_id: int, idea_id: int) -> None:
        self.database = database
        self.account_id = account_id
        self.mini_cluster_id = mini_cluster_id
        self.idea_id = idea_id
        self._number = 0

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _digest(self) -> bytes:
        return self._next().to_bytes(32, "big")

    async def add(self, row: RowT) -> RowT:
        """Commit a row."""
        async with self.database.write() as session:
            session.add(row)
        return row

    async def session(self, ended_at: datetime | None, expires_at: datetime, seen_at: datetime) -> Session:
        number = self._next()
        return await self.add(
            Session(
                account_id=self.account_id,
                installation_id=f"i{number}",
                device_name="phone",
                expires_at=expires_at,
                ended_at=ended_at,
                last_seen_at=seen_at,
            )
        )

    async def device(self, session: Session, seen_at: datetime, disabled_at: datetime | None = None) -> Device:
        return await self.add(
            Device(
                account_id=self.account_id,
                session_id=session.id,
                token_kind=TokenKind.TOKEN,
                token=f"t{self._next()}",
                platform=Platform.IOS,
                app_version="1.0",
                locale="ko",
                time_zone="Asia/Seoul",
                last_seen_at=seen_at,
                disabled_at=disabled_at,
                disabled_reason=DeviceEnd.UNREGISTERED if disabled_at else None,
            )
        )

    async def _merging(self, merged_at: datetime) -> IdeaMerge:
        """An idea that was merged into that of these rows."""
        async with self.database.write() as session:
            target = await session.get_one(Idea, self.idea_id)
            source = Idea(
                creation_digest=self._digest(),
                mini_cluster_id=self.mini_cluster_id,
                consortium_id=target.consortium_id,
                author_id=self.account_id,
                title="합쳐진 아이디어",
                body="본문",
                excerpt="본문",
                visibility=Visibility.ALL,
            )
            session.add(source)
            await session.flush()
            act = ModerationAct(
                creation_digest=self._digest(),
                kind=ActKind.MERGE,
                consortium_id=target.consortium_id,
                idea_id=source.id,
                subject_id=self.account_id,
            )
            session.add(act)
            await session.flush()
            merging = IdeaMerge(source_id=source.id, target_id=self.idea_id, act_id=act.id, merged_at=merged_at)
            session.add(merging)
        return merging

    async def merged_vote(self, merged_at: datetime) -> MergedVote:
        merging = await self._merging(merged_at)
        vote = MergedVote(merge_id=merging.id, account_id=self.account_id, moved=True, voted_at=merged_at)
        return await self.add(vote)

    async def merged_comment(self, merged_at: datetime) -> MergedComment:
        merging = await self._merging(merged_at)
        comment = Comment(creation_digest=self._digest(), idea_id=self.idea_id, author_id=self.account_id, body="댓글")
        await self.add(comment)
        return await self.add(MergedComment(merge_id=merging.id, comment_id=comment.id))

    async def sign_in_code(self, expires_at: datetime) -> SignInCode:
        code = SignInCode(account_id=self.account_id, nonce=b"n" * 16, expires_at=expires_at)
        return await self.add(code)

    async def password_reset(self, expires_at: datetime) -> PasswordReset:
        return await self.add(PasswordReset(account_id=self.account_id, nonce=b"n" * 16, expires_at=expires_at))

    async def applicant_registration(self, expires_at: datetime) -> ApplicantRegistration:
        return await self.add(
            ApplicantRegistration(
                email="new@example.kr",
                name="신청자",
                locale=Locale.KOREAN,
                terms_version="2026-11",
                nonce=b"n" * 16,
                expires_at=expires_at,
            )
        )

    async def application(self, closed_at: datetime | None) -> Application:
        return await self.add(
            Application(
                creation_digest=b"d" * 32,
                account_id=self.account_id,
                mini_cluster_id=self.mini_cluster_id,
                organisation_name="㈜새",
                organisation_kind=OrganisationKind.COMPANY,
                position="대표",
                reason="함께하고 싶습니다.",
                state=ApplicationState.WITHDRAWN if closed_at else ApplicationState.OPEN,
                closed_at=closed_at,
            )
        )

    async def employer_change(self, closed_at: datetime | None) -> EmployerChange:
        return await self.add(
            EmployerChange(
                creation_digest=b"d" * 32,
                account_id=self.account_id,
                organisation_name="㈜새",
                organisation_kind=OrganisationKind.COMPANY,
                position="대표",
                state=ApplicationState.WITHDRAWN if closed_at else ApplicationState.OPEN,
                closed_at=closed_at,
            )
        )

    async def email_change(self, expires_at: datetime) -> EmailChange:
        return await self.add(
            EmailChange(
                account_id=self.account_id,
                old_email="old@example.kr",
                new_email="new@example.kr",
                nonce=b"n" * 16,
                expires_at=expires_at,
            )
        )

    async def sign_in_challenge(self, expires_at: datetime) -> SignInChallenge:
        challenge = SignInChallenge(digest=self._digest(), account_id=self.account_id, expires_at=expires_at)
        return await self.add(challenge)

    async def passkey_challenge(self, expires_at: datetime) -> PasskeyChallenge:
        return await self.add(PasskeyChallenge(challenge=self._digest(), expires_at=expires_at))

    async def used_id_token(self, expires_at: datetime) -> UsedIdToken:
        return await self.add(UsedIdToken(digest=self._digest(), expires_at=expires_at))

    async def access_token(self, session: Session, expires_at: datetime) -> AccessToken:
        token = AccessToken(digest=self._digest(), session_id=session.id, expires_at=expires_at)
        return await self.add(token)

    async def refresh_token(
        self, session: Session, expires_at: datetime, *, used: bool = True, predecessor: RefreshToken | None = None
    ) -> RefreshToken:
        return await self.add(
            RefreshToken(
                digest=self._digest(),
                session_id=session.id,
                predecessor_id=predecessor.id if predecessor else None,
                expires_at=expires_at,
                used_at=expires_at if used else None,
            )
        )

    async def throttle(self, window_ends_at: datetime) -> Throttle:
        return await self.add(Throttle(key=self._digest(), tries=1, window_ends_at=window_ends_at))

    async def idempotency_key(self, created_at: datetime) -> IdempotencyKey:
        return await self.add(
            IdempotencyKey(
                account_id=self.account_id,
                key=f"k{self._next()}",
                request_digest=b"d" * 32,
                body="{}",
                created_at=created_at,
            )
        )

    async def invitation(self, expires_at: datetime, *, used: bool = False) -> Invitation:
        return await self.add(
            Invitation(
                token_digest=self._digest(),
                mini_cluster_id=self.mini_cluster_id,
                role=MemberRole.MEMBER,
                invited_by_id=self.account_id,
                expires_at=expires_at,
                used_at=expires_at if used else None,
                used_by_id=self.account_id if used else None,
            )
        )

    async def roster_row(
        self, confirmed_at: datetime, *, joined: bool = False, left_at: datetime | None = None
    ) -> RosterRow:
        taken_over = RosterImport(
            mini_cluster_id=self.mini_cluster_id, fingerprint=self._digest(), new_count=1, changed_count=0,
            kept_count=0, left_count=0, ended_count=0,
        )  # fmt: skip
        await self.add(taken_over)
        return await self.add(
            RosterRow(
                mini_cluster_id=self.mini_cluster_id,
                import_id=taken_over.id,
                person_key=self._digest(),
                name="회원",
                organisation_name="㈜새",
                organisation_kind=OrganisationKind.COMPANY,
                state=RosterState.VERIFIED if joined else RosterState.IMPORTED,
                account_id=self.account_id if joined else None,
                verified_at=confirmed_at if joined else None,
                confirmed_at=confirmed_at,
                left_at=left_at,
            )
        )

    async def event(self, settled_at: datetime | None, failure: str | None = None) -> OutboxEvent:
        event = OutboxEvent(kind="test.kind", payload={}, settled_at=settled_at, failure=failure)
        return await self.add(event)

    async def job(self, dispatched_at: datetime | None, due_at: datetime | None = None) -> PushJob:
        """Each of another person, for one has one job about an idea and topic."""
        account = await self.add(Account(name="수신자"))
        return await self.add(
            PushJob(
                account_id=account.id,
                idea_id=self.idea_id,
                topic=PushTopic.RESPONSES,
                revision=1,
                dispatched_revision=1,
                dispatched_at=dispatched_at,
                due_at=due_at,
            )
        )

    async def delivery(
        self, job: PushJob, device: Device, created_at: datetime, settled_at: datetime | None
    ) -> Delivery:
        return await self.add(
            Delivery(
                push_job_id=job.id,
                revision=self._next(),
                device_id=device.id,
                after_item_id=0,
                state=DeliveryState.SENT if settled_at else DeliveryState.PENDING,
                not_before=created_at,
                expires_at=created_at + timedelta(hours=48),
                created_at=created_at,
                settled_at=settled_at,
            )
        )

    async def inbox_item(self, created_at: datetime, read_at: datetime | None) -> InboxItem:
        return await self.add(
            InboxItem(
                account_id=self.account_id,
                event_id=self._next(),
                reason=Reason.COMMENT,
                actor_id=self.account_id,
                idea_id=self.idea_id,
                created_at=created_at,
                read_at=read_at,
            )
        )

    async def access_entry(self, at: datetime) -> AccessEntry:
        return await self.add(AccessEntry(account_id=self.account_id, action="case.read", target_kind="case", at=at))

    async def data_export(self, requested_at: datetime) -> DataExport:
        return await self.add(DataExport(account_id=self.account_id, requested_at=requested_at))

    async def erasure(self, erased_at: datetime) -> Erasure:
        account = await self.add(Account(name=""))
        return await self.add(
            Erasure(
                account_id=account.id,
                origin=ErasureOrigin.PERSON,
                requested_at=erased_at,
                due_at=erased_at,
                erased_at=erased_at,
            )
        )

    async def change(self, at: datetime) -> Change:
        return await self.add(Change(entity="mini_cluster", object_id=self.mini_cluster_id, at=at))

    async def heartbeat(self, beat_at: datetime) -> WorkerHeartbeat:
        return await self.add(WorkerHeartbeat(worker=f"w{self._next()}", beat_at=beat_at))

    async def many_throttles(self, count: int, window_ends_at: datetime) -> None:
        """So many at once."""
        rows = [{"key": self._digest(), "tries": 1, "window_ends_at": window_ends_at} for _ in range(count)]
        async with self.database.write() as session:
            await session.execute(insert(Throttle), rows)
