"""Every table, no queries. Tables stand below all features, because feeds join them."""

from app.models.accounts import Account, Block
from app.models.announcements import Announcement, AnnouncementRead
from app.models.applications import ApplicantRegistration, Application, EmployerChange
from app.models.audit import AccessEntry, AuditEntry
from app.models.changes import Change, ChangeEpoch
from app.models.comments import Comment, CommentMention, CommentRevision
from app.models.credentials import (
    EmailChange,
    ExternalIdentity,
    Passkey,
    PasskeyChallenge,
    PasswordReset,
    RecoveryCode,
    SignInChallenge,
    TotpFactor,
    UsedIdToken,
)
from app.models.declarative import Model
from app.models.experts import Expert, IdeaExpert
from app.models.feed_entries import FeedEntry
from app.models.figures import PlaceFigures
from app.models.ideas import (
    AudienceProposal,
    Idea,
    IdeaExclusion,
    IdeaFollow,
    IdeaReader,
    IdeaReadMark,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    NamedIdeaRead,
)
from app.models.memberships import CoordinatorRole, Invitation, Membership, MiniClusterFollow
from app.models.merges import IdeaMerge, MergedComment, MergedVote
from app.models.moderation import Appeal, Case, HouseRules, ModerationAct, ModerationActText, Report, WatchList
from app.models.notifications import (
    Delivery,
    Device,
    Digest,
    InboxItem,
    MiniClusterNotificationSettings,
    NotificationSettings,
    PushJob,
)
from app.models.operations import IdempotencyKey, OutboxEvent, WorkerHeartbeat
from app.models.organisations import Affiliation, Organisation, OrganisationSizeBand
from app.models.privacy import DataExport, Erasure
from app.models.programme import Complex, Consortium, ConsortiumLink, MiniCluster, MiniClusterName, Region
from app.models.rosters import RosterImport, RosterRow
from app.models.sessions import AccessToken, RefreshToken, Session, SignInCode, Throttle
from app.models.showcases import Showcase, ShowcaseIdea
from app.models.votes import Vote

__all__ = [
    "AccessEntry",
    "AccessToken",
    "Account",
    "Affiliation",
    "Announcement",
    "AnnouncementRead",
    "Appeal",
    "ApplicantRegistration",
    "Application",
    "AudienceProposal",
    "AuditEntry",
    "Block",
    "Case",
    "Change",
    "ChangeEpoch",
    "Comment",
    "CommentMention",
    "CommentRevision",
    "Complex",
    "Consortium",
    "ConsortiumLink",
    "CoordinatorRole",
    "DataExport",
    "Delivery",
    "Device",
    "Digest",
    "EmailChange",
    "EmployerChange",
    "Erasure",
    "Expert",
    "ExternalIdentity",
    "FeedEntry",
    "HouseRules",
    "Idea",
    "IdeaExclusion",
    "IdeaExpert",
    "IdeaFollow",
    "IdeaMerge",
    "IdeaReadMark",
    "IdeaReader",
    "IdeaRevision",
    "IdeaStateChange",
    "IdeaTag",
    "IdempotencyKey",
    "InboxItem",
    "Invitation",
    "Membership",
    "MergedComment",
    "MergedVote",
    "MiniCluster",
    "MiniClusterFollow",
    "MiniClusterName",
    "MiniClusterNotificationSettings",
    "Model",
    "ModerationAct",
    "ModerationActText",
    "NamedIdeaRead",
    "NotificationSettings",
    "Organisation",
    "OrganisationSizeBand",
    "OutboxEvent",
    "Passkey",
    "PasskeyChallenge",
    "PasswordReset",
    "PlaceFigures",
    "PushJob",
    "RecoveryCode",
    "RefreshToken",
    "Region",
    "Report",
    "RosterImport",
    "RosterRow",
    "Session",
    "Showcase",
    "ShowcaseIdea",
    "SignInChallenge",
    "SignInCode",
    "Throttle",
    "TotpFactor",
    "UsedIdToken",
    "Vote",
    "WatchList",
    "WorkerHeartbeat",
]
