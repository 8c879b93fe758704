"""What becomes of every column in which a person can be found when he is erased.

A test walks all tables: a column that can hold words, secrets or the number of a person must be put by a step, go with
all of a person's rows, or be named in ``kept.py`` with the reason why it stays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, null, or_

from app.core.localisation import DEFAULT_LOCALE
from app.ideas.streams import StreamKind, stream_id
from app.models import (
    AccessToken,
    Account,
    Affiliation,
    Announcement,
    AnnouncementRead,
    Appeal,
    ApplicantRegistration,
    Application,
    AudienceProposal,
    Block,
    Case,
    Comment,
    CommentMention,
    CommentRevision,
    DataExport,
    Delivery,
    Device,
    Digest,
    EmailChange,
    EmployerChange,
    Expert,
    ExternalIdentity,
    FeedEntry,
    Idea,
    IdeaExclusion,
    IdeaExpert,
    IdeaFollow,
    IdeaReader,
    IdeaReadMark,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    IdempotencyKey,
    InboxItem,
    Invitation,
    MergedVote,
    MiniClusterFollow,
    MiniClusterNotificationSettings,
    Model,
    ModerationAct,
    ModerationActText,
    NotificationSettings,
    Passkey,
    PasskeyChallenge,
    PasswordReset,
    PushJob,
    RecoveryCode,
    RefreshToken,
    Report,
    RosterRow,
    Session,
    ShowcaseIdea,
    SignInChallenge,
    SignInCode,
    TotpFactor,
    Vote,
)
from app.models.accounts import AccountStatus
from app.models.ideas import IdeaStatus
from app.models.moderation import AppealState
from app.privacy.erasure.subject import Subject

NO_DIGEST = bytes(32)
"""In place of the digest of a request: nobody can test a guess of its content by it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table, and what is put into their columns; without ``put`` they go."""

    model: type[Model]
    where: Callable[[Subject], ColumnElement[bool]]
    put: Mapping[str, Any] | None = None
    is_all: bool = True
    """Whether these are all of a person's rows there."""


def _of(column: Any) -> Callable[[Subject], ColumnElement[bool]]:
    return lambda subject: column == subject.account_id


def _is_address(column: Any, subject: Subject) -> ColumnElement[bool]:
    return false() if subject.email is None else func.lower(column) == subject.email


def _shows(column: Any, text: str | None) -> ColumnElement[bool]:
    return false() if text is None else column.contains(text, autoescape=True)


STEPS = (
    # What only concerns himself.
    Step(Delivery, lambda s: or_(Delivery.push_job_id.in_(s.push_jobs), Delivery.device_id.in_(s.devices))),
    Step(PushJob, _of(PushJob.account_id)),
    Step(Device, _of(Device.account_id)),
    Step(AccessToken, lambda s: AccessToken.session_id.in_(s.sessions)),
    Step(RefreshToken, lambda s: RefreshToken.session_id.in_(s.sessions)),
    Step(Session, _of(Session.account_id)),
    Step(SignInCode, _of(SignInCode.account_id)),
    Step(SignInChallenge, _of(SignInChallenge.account_id)),
    Step(PasswordReset, _of(PasswordReset.account_id)),
    Step(EmailChange, _of(EmailChange.account_id)),
    Step(TotpFactor, _of(TotpFactor.account_id)),
    Step(RecoveryCode, _of(RecoveryCode.account_id)),
    Step(ExternalIdentity, _of(ExternalIdentity.account_id)),
    Step(Passkey, _of(Passkey.account_id)),
    Step(PasskeyChallenge, _of(PasskeyChallenge.account_id)),
    Step(DataExport, _of(DataExport.account_id)),
    Step(InboxItem, _of(InboxItem.account_id)),
    Step(NotificationSettings, _of(NotificationSettings.account_id)),
    Step(MiniClusterNotificationSettings, _of(MiniClusterNotificationSettings.account_id)),
    Step(Digest, _of(Digest.account_id)),
    Step(Block, lambda s: or_(Block.blocker_id == s.account_id, Block.blocked_id == s.account_id)),
    Step(MiniClusterFollow, _of(MiniClusterFollow.account_id)),
    Step(IdeaFollow, _of(IdeaFollow.account_id)),
    Step(IdeaReadMark, _of(IdeaReadMark.account_id)),
    Step(AnnouncementRead, _of(AnnouncementRead.account_id)),
    Step(Vote, _of(Vote.account_id)),
    Step(MergedVote, _of(MergedVote.account_id)),
    Step(Expert, _of(Expert.account_id)),
    Step(IdeaExpert, _of(IdeaExpert.account_id)),
    # How he came in, lists that name him, and replies to others that were kept for their retries and may show him.
    Step(Application, _of(Application.account_id)),
    Step(EmployerChange, _of(EmployerChange.account_id)),
    Step(ApplicantRegistration, lambda s: _is_address(ApplicantRegistration.email, s)),
    Step(RosterRow, lambda s: or_(RosterRow.account_id == s.account_id, _is_address(RosterRow.email, s))),
    Step(Invitation, lambda s: or_(_is_address(Invitation.email, s), Invitation.used_by_id == s.account_id)),
    Step(
        IdempotencyKey,
        lambda s: or_(
            IdempotencyKey.account_id == s.account_id,
            _shows(IdempotencyKey.body, s.public_id),
            _shows(IdempotencyKey.body, s.email),
        ),
    ),
    # What he wrote. Others have answered it: what they can read stays, earlier wordings and the rest go.
    Step(CommentRevision, lambda s: CommentRevision.comment_id.in_(s.comments)),
    Step(
        CommentMention,
        lambda s: or_(CommentMention.account_id == s.account_id, CommentMention.comment_id.in_(s.comments)),
    ),
    Step(Comment, lambda s: s.unread_comment, {"body": ""}),
    Step(Comment, _of(Comment.author_id), {"creation_digest": NO_DIGEST}),
    Step(IdeaRevision, lambda s: IdeaRevision.idea_id.in_(s.ideas)),
    Step(IdeaTag, lambda s: IdeaTag.idea_id.in_(s.unread_ideas), is_all=False),
    Step(IdeaExclusion, lambda s: IdeaExclusion.idea_id.in_(s.unread_ideas), is_all=False),
    Step(IdeaReader, lambda s: or_(IdeaReader.account_id == s.account_id, IdeaReader.idea_id.in_(s.unread_ideas))),
    Step(IdeaStateChange, lambda s: IdeaStateChange.idea_id.in_(s.unread_ideas), {"note": None}),
    Step(AudienceProposal, lambda s: AudienceProposal.idea_id.in_(s.ideas), {"note": "", "creation_digest": NO_DIGEST}),
    Step(Announcement, _of(Announcement.author_id), {"creation_digest": NO_DIGEST}),
    Step(ShowcaseIdea, lambda s: ShowcaseIdea.idea_id.in_(s.ideas)),
    Step(FeedEntry, lambda s: FeedEntry.stream_id.in_(_own_streams(s)), is_all=False),
    Step(Idea, lambda s: and_(Idea.author_id == s.account_id, Idea.status == IdeaStatus.DRAFT), is_all=False),
    Step(
        Idea,
        lambda s: and_(Idea.author_id == s.account_id, Idea.status == IdeaStatus.WITHDRAWN),
        {"title": "", "body": "", "excerpt": "", "tags": []},
    ),
    Step(Idea, _of(Idea.author_id), {"creation_digest": NO_DIGEST}),
    # What was reported and done: the record stays, its words go.
    Step(
        Report,
        lambda s: or_(Report.reporter_id == s.account_id, Report.case_id.in_(s.cases)),
        {"words": "", "creation_digest": NO_DIGEST},
    ),
    Step(Case, lambda s: Case.id.in_(s.cases), {"closing_words": None}),
    Step(Appeal, lambda s: and_(Appeal.act_id.in_(s.acts), Appeal.state == AppealState.OPEN), is_all=False),
    Step(
        Appeal,
        lambda s: Appeal.act_id.in_(s.acts),
        {"words": "", "decision_words": None, "creation_digest": NO_DIGEST},
    ),
    Step(
        ModerationActText,
        lambda s: ModerationActText.act_id.in_(s.acts),
        {"words": "", "undo_words": None, "tags_before": null(), "tags_after": null()},
    ),
    Step(ModerationAct, _of(ModerationAct.subject_id), {"creation_digest": NO_DIGEST}),
    # Himself.
    Step(Affiliation, _of(Affiliation.account_id), {"position": ""}),
    Step(
        Account,
        _of(Account.id),
        {
            "status": AccountStatus.ERASED,
            "name": "",
            "email": None,
            "password_hash": None,
            "creation_digest": None,
            "locale": DEFAULT_LOCALE,
            "time_zone": "Asia/Seoul",
            "terms_version": None,
            "terms_accepted_at": None,
            "is_operator": False,
        },
    ),
)
"""In an order in which what refers to a row goes before the row."""


def _own_streams(subject: Subject) -> list[int]:
    """By which he saw what others named him in, or invited him into."""
    return [stream_id(kind, subject.account_id) for kind in (StreamKind.PERSON, StreamKind.INVITED)]
