"""A database with rows in every table: the small demo, and one of each of the rest."""

import asyncio
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.localisation import Locale
from app.demo.loader import load_demo
from app.demo.size import DemoSize
from app.models import (
    AccessEntry,
    AccessToken,
    Announcement,
    AnnouncementRead,
    Appeal,
    ApplicantRegistration,
    Application,
    AudienceProposal,
    AuditEntry,
    Block,
    Case,
    ChangeEpoch,
    Comment,
    CommentRevision,
    DataExport,
    Delivery,
    Device,
    Digest,
    EmailChange,
    EmployerChange,
    Erasure,
    Expert,
    ExternalIdentity,
    HouseRules,
    Idea,
    IdeaExpert,
    IdeaMerge,
    IdeaReader,
    IdempotencyKey,
    InboxItem,
    Invitation,
    MergedComment,
    MergedVote,
    MiniCluster,
    MiniClusterName,
    MiniClusterNotificationSettings,
    ModerationAct,
    ModerationActText,
    NamedIdeaRead,
    NotificationSettings,
    Organisation,
    OutboxEvent,
    Passkey,
    PasskeyChallenge,
    PasswordReset,
    PlaceFigures,
    PushJob,
    RecoveryCode,
    RefreshToken,
    Report,
    RosterImport,
    RosterRow,
    Session,
    Showcase,
    ShowcaseIdea,
    SignInChallenge,
    SignInCode,
    Throttle,
    TotpFactor,
    UsedIdToken,
    WatchList,
    WorkerHeartbeat,
)
from app.models.figures import FiguresPeriod
from app.models.ideas import AudienceAct, Visibility
from app.models.memberships import MemberRole
from app.models.moderation import ActKind, ReportReason, Watching
from app.models.notifications import DigestRhythm, Platform, PushTopic, Reason, TokenKind
from app.models.organisations import OrganisationKind
from app.models.privacy import ErasureOrigin

SIZE = DemoSize(ideas=60, comments=200)
ACCOUNT = 1


def fill(database_url: str) -> None:
    """Fill an empty migrated database."""

    async def run() -> None:
        database = Database(database_url, pool_size=2)
        await load_demo(database, SIZE, "2026-11")
        async with database.write() as session:
            await _add_the_rest(session)
        await database.aclose()

    asyncio.run(run())


async def _add_the_rest(session: AsyncSession) -> None:
    later = now() + timedelta(days=1)
    signed_in = Session(account_id=ACCOUNT, installation_id="phone", device_name="Galaxy", expires_at=later)
    idea = (await session.scalars(select(Idea).limit(1))).one()
    comment = (await session.scalars(select(Comment).where(Comment.idea_id == idea.id).limit(1))).first()
    comment_id = comment.id if comment else None
    event = OutboxEvent(kind="comment.added", payload={"idea_id": idea.id, "나": ["b", None, 1.5, True]})
    job = PushJob(account_id=ACCOUNT, idea_id=idea.id, topic=PushTopic.RESPONSES, revision=1, due_at=later)
    session.add_all([signed_in, event, job])
    await session.flush()
    device = Device(
        account_id=ACCOUNT, session_id=signed_in.id, token_kind=TokenKind.TOKEN, token="t" * 160,
        platform=Platform.ANDROID, app_version="1.0.0", locale="ko", time_zone="Asia/Seoul",
    )  # fmt: skip
    first = RefreshToken(digest=b"\x01" * 32, session_id=signed_in.id, expires_at=later, used_at=now())
    case = Case(idea_id=idea.id, comment_id=comment_id, weight=3, report_count=1)
    act = ModerationAct(
        creation_digest=b"m" * 32, kind=ActKind.RETAG, consortium_id=idea.consortium_id, idea_id=idea.id,
        subject_id=idea.author_id, actor_id=ACCOUNT,
    )  # fmt: skip
    merging = IdeaMerge(source_id=idea.id, target_id=idea.id + 1)
    showcase = Showcase(mini_cluster_id=idea.mini_cluster_id, profile_ko="소개", figures={"member_count": 1})
    announcement = Announcement(
        creation_digest=b"o" * 32, consortium_id=idea.consortium_id, author_id=ACCOUNT, title="공지", body="모입니다.",
        valid_until=later, reader_count=1,
    )  # fmt: skip
    session.add_all([device, first, case, act, merging, showcase, announcement])
    await session.flush()
    session.add_all(
        [
            ChangeEpoch(id=1, epoch="0123456789abcdef", identity="another database"),
            AccessToken(digest=b"\x00" * 32, session_id=signed_in.id, expires_at=later),
            RefreshToken(digest=b"\x02" * 32, session_id=signed_in.id, predecessor_id=first.id, expires_at=later),
            SignInCode(account_id=None, nonce=b"\xff" * 16, expires_at=later),
            Throttle(key=b"k" * 32, tries=3, window_ends_at=later),
            Invitation(
                token_digest=b"i" * 32, mini_cluster_id=idea.mini_cluster_id, role=MemberRole.MEMBER,
                invited_by_id=ACCOUNT, expires_at=later,
            ),
            Block(blocker_id=ACCOUNT, blocked_id=ACCOUNT + 1),
            AuditEntry(actor_id=None, action="operator.created", target_kind="account", target_id=1, details={"a": []}),
            AccessEntry(account_id=1, action="case.read", target_kind="idea", target_id=idea.id, case_id=case.id),
            Report(
                creation_digest=b"p" * 32, case_id=case.id, reporter_id=ACCOUNT, reason=ReportReason.SPAM, words="광고"
            ),
            WatchList(
                consortium_id=idea.consortium_id, words=["비밀"], on_word=Watching.HOLD, on_burst=Watching.OFF,
                burst_limit=9, changed_by_id=ACCOUNT,
            ),
            HouseRules(consortium_id=idea.consortium_id, version=1, rules=[{"ko": "a", "en": "a"}], made_by_id=ACCOUNT),
            ModerationActText(act_id=act.id, words="까닭", tags_before=["집진"], tags_after=[]),
            Appeal(creation_digest=b"q" * 32, act_id=act.id, words="이의"),
            MergedVote(merge_id=merging.id, account_id=ACCOUNT, moved=True, voted_at=now()),
            *([MergedComment(merge_id=merging.id, comment_id=comment_id)] if comment_id else []),
            PlaceFigures(
                consortium_id=idea.consortium_id, period=FiguresPeriod.WEEK, begins_on=now().date(),
                figures={"members": 1, "response_minutes": None}, is_final=True, counted_at=now(),
            ),
            IdeaReader(idea_id=idea.id, account_id=ACCOUNT),
            Expert(account_id=ACCOUNT, field="금형 설계", designated_by_id=ACCOUNT),
            IdeaExpert(idea_id=idea.id, account_id=ACCOUNT),
            NamedIdeaRead(idea_id=idea.id, account_id=ACCOUNT),
            InboxItem(
                account_id=ACCOUNT, event_id=event.id, reason=Reason.COMMENT, actor_id=ACCOUNT + 1, idea_id=idea.id,
                comment_id=comment_id,
            ),
            InboxItem(
                account_id=ACCOUNT, event_id=event.id + 1, reason=Reason.ANNOUNCEMENT, actor_id=ACCOUNT,
                announcement_id=announcement.id,
            ),
            AnnouncementRead(announcement_id=announcement.id, account_id=ACCOUNT),
            Delivery(
                push_job_id=job.id, revision=1, device_id=device.id, after_item_id=0, not_before=now(), expires_at=later
            ),
            IdempotencyKey(account_id=ACCOUNT, key="열쇠", request_digest=b"r" * 32, body='{"a": "가"}'),
            ShowcaseIdea(idea_id=idea.id, showcase_id=showcase.id, position=0, added_by_id=ACCOUNT),
            MiniClusterName(mini_cluster_id=idea.mini_cluster_id, name_ko="운송장비", name_en="Vehicles"),
            NotificationSettings(
                account_id=ACCOUNT, quiet_from=1260, quiet_until=450, without_inbox=["vote"], without_push=["vote"]
            ),
            MiniClusterNotificationSettings(
                account_id=ACCOUNT, mini_cluster_id=idea.mini_cluster_id, choices={"vote": ["inbox"]}
            ),
            Digest(account_id=ACCOUNT, rhythm=DigestRhythm.DAILY, due_at=later, last_item_id=1),
            WorkerHeartbeat(worker="one"),
        ]
    )  # fmt: skip
    session.add_all(
        [
            PasswordReset(account_id=ACCOUNT, nonce=b"n" * 16, expires_at=later),
            EmailChange(
                account_id=ACCOUNT, old_email="a@a.kr", new_email="b@b.kr", nonce=b"n" * 16, expires_at=later
            ),
            TotpFactor(account_id=ACCOUNT, sealed_secret=b"s" * 60, last_step=58_000_000),
            DataExport(account_id=ACCOUNT, ready_at=now(), size=2, content=b"PK"),
            Erasure(account_id=ACCOUNT, origin=ErasureOrigin.PERSON, due_at=later),
            Passkey(account_id=ACCOUNT, credential_id=b"id", public_key=b"key", sign_count=7, name="전화"),
            PasskeyChallenge(account_id=None, challenge=b"h" * 32, expires_at=later),
            UsedIdToken(digest=b"u" * 32, expires_at=later),
            RecoveryCode(digest=b"c" * 32, account_id=ACCOUNT),
            SignInChallenge(digest=b"d" * 32, account_id=ACCOUNT, expires_at=later),
            ApplicantRegistration(
                email="c@c.kr", name="신청자", locale=Locale.KOREAN, terms_version="2026-11", nonce=b"n" * 16,
                expires_at=later,
            ),
            Application(
                creation_digest=b"e" * 32, account_id=ACCOUNT, mini_cluster_id=idea.mini_cluster_id,
                organisation_name="㈜새", organisation_kind=OrganisationKind.COMPANY, position="대표", reason="함께",
            ),
            EmployerChange(
                creation_digest=b"g" * 32, account_id=ACCOUNT, organisation_id=2, position="대표",
            ),
            ExternalIdentity(account_id=ACCOUNT, issuer="https://issuer.example", subject="one"),
            AudienceProposal(
                creation_digest=b"a" * 32, idea_id=idea.id, kind=next(iter(AudienceAct)), visibility=Visibility.ALL,
                mini_cluster_id=idea.mini_cluster_id, proposed_by_id=ACCOUNT, note="제안",
            ),
        ]
    )  # fmt: skip
    taken_over = RosterImport(
        mini_cluster_id=idea.mini_cluster_id, imported_by_id=ACCOUNT, fingerprint=b"f" * 32, new_count=1,
        changed_count=0, kept_count=0, left_count=0, ended_count=0,
    )  # fmt: skip
    session.add(taken_over)
    await session.flush()
    session.add(
        RosterRow(
            mini_cluster_id=idea.mini_cluster_id, import_id=taken_over.id, person_key=b"p" * 32, name="최가람",
            email="info@example.kr", is_shared_address=True, organisation_name="가람",
            organisation_kind=OrganisationKind.COMPANY,
        )
    )  # fmt: skip
    some_comment = (await session.scalars(select(Comment).limit(1))).one()
    session.add(CommentRevision(comment_id=some_comment.id, version=1, body="앞선 글"))
    # Merged into later ones: these rows point forward.
    await session.execute(update(Organisation).where(Organisation.id == 1).values(merged_into_id=2))
    await session.execute(update(MiniCluster).where(MiniCluster.id == 3).values(merged_into_id=9))
