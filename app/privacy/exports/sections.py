"""What an export holds: one JSON file a section, of rows that are the person's own.

Of what others wrote only reasons and answers given to him, without their names; no secret.

A test walks all tables that refer to accounts: each is read by a section, or named in ``NOT_EXPORTED`` with the reason.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from app.models import (
    AccessEntry,
    Account,
    Affiliation,
    Announcement,
    AnnouncementRead,
    Appeal,
    Application,
    AudienceProposal,
    Block,
    Case,
    Comment,
    CommentMention,
    CommentRevision,
    Consortium,
    CoordinatorRole,
    DataExport,
    Device,
    Digest,
    EmailChange,
    EmployerChange,
    Erasure,
    Expert,
    ExternalIdentity,
    Idea,
    IdeaExclusion,
    IdeaExpert,
    IdeaFollow,
    IdeaReader,
    IdeaReadMark,
    IdeaRevision,
    InboxItem,
    Invitation,
    Membership,
    MiniCluster,
    MiniClusterFollow,
    MiniClusterNotificationSettings,
    ModerationAct,
    ModerationActText,
    NamedIdeaRead,
    NotificationSettings,
    Organisation,
    Passkey,
    Report,
    RosterRow,
    Session,
    TotpFactor,
    Vote,
)
from app.models.moderation import ActKind

Section = Select[*tuple[Any, ...]]

NOT_EXPORTED: Mapping[str, str] = {
    "applicant_registrations": "a wish for an account under an address, which may be of somebody else; gone in a day",
    "audit_entries": "the record of acts in an office",
    "cases": "the work of those who moderate",
    "changes": "numbers of what has changed, on its way to devices",
    "comment_mentions": "in the section of comments that name the person",
    "feed_entries": "a copy of ideas for feeds",
    "house_rules": "an act in an office",
    "idea_state_changes": "an act in an office",
    "idempotency_keys": "replies kept for a retry",
    "merged_votes": "a copy of votes, kept while a merge can be undone",
    "passkey_challenges": "secrets",
    "password_resets": "secrets",
    "push_jobs": "a copy of the inbox on its way to devices",
    "recovery_codes": "secrets",
    "roster_imports": "an act in an office",
    "showcase_ideas": "an act in an office",
    "sign_in_challenges": "secrets",
    "sign_in_codes": "secrets",
    "watch_lists": "an act in an office",
}


def sections(account_id: int) -> dict[str, Section]:
    """Name of the file, and what is read for it."""
    return {
        **_person(account_id),
        **_places(account_id),
        **_writings(account_id),
        **_responses(account_id),
        **_devices(account_id),
        **_moderation(account_id),
    }


def _of(model: Any, account_id: int, *columns: Any) -> Section:
    return select(*columns).select_from(model).where(model.account_id == account_id)


def _person(account_id: int) -> dict[str, Section]:
    account = select(
        Account.public_id.label("id"), Account.email, Account.name, Account.status, Account.locale, Account.time_zone,
        Account.is_operator, Account.terms_version, Account.terms_accepted_at, Account.created_at,
    ).where(Account.id == account_id)  # fmt: skip
    return {
        "account": account,
        "second_factor": _of(TotpFactor, account_id, TotpFactor.created_at, TotpFactor.confirmed_at),
        "passkeys": _of(Passkey, account_id, Passkey.name, Passkey.created_at, Passkey.last_used_at),
        "identities_elsewhere": _of(
            ExternalIdentity, account_id, ExternalIdentity.issuer, ExternalIdentity.subject, ExternalIdentity.created_at
        ),
        "email_changes": _of(
            EmailChange, account_id, EmailChange.old_email, EmailChange.new_email, EmailChange.created_at,
            EmailChange.used_at,
        ),
        "erasure": _of(Erasure, account_id, Erasure.requested_at, Erasure.due_at),
        "exports": _of(DataExport, account_id, DataExport.requested_at, DataExport.ready_at),
    }  # fmt: skip


def _places(account_id: int) -> dict[str, Section]:
    address = select(Account.email).where(Account.id == account_id).scalar_subquery()
    mini_cluster = MiniCluster.name_ko.label("mini_cluster")
    return {
        "employment": _of(
            Affiliation, account_id, Organisation.name.label("organisation"), Affiliation.position,
            Affiliation.started_at, Affiliation.ended_at,
        ).join(Organisation, Organisation.id == Affiliation.organisation_id),
        "memberships": _of(
            Membership, account_id, mini_cluster, Membership.role, Membership.started_at, Membership.ended_at
        ).join(MiniCluster, MiniCluster.id == Membership.mini_cluster_id),
        "coordinated_consortia": _of(
            CoordinatorRole, account_id, Consortium.name_ko.label("consortium"), CoordinatorRole.started_at,
            CoordinatorRole.ended_at,
        ).join(Consortium, Consortium.id == CoordinatorRole.consortium_id),
        "expertise": _of(Expert, account_id, Expert.field, Expert.started_at, Expert.ended_at),
        "applications": _of(
            Application, account_id, mini_cluster, Application.organisation_name, Application.business_number,
            Application.position, Application.reason, Application.state, Application.created_at,
            Application.closed_at, Application.words.label("answer"),
        ).join(MiniCluster, MiniCluster.id == Application.mini_cluster_id),
        "employer_changes": _of(
            EmployerChange, account_id, EmployerChange.organisation_name, EmployerChange.business_number,
            EmployerChange.position, EmployerChange.state, EmployerChange.created_at, EmployerChange.closed_at,
            EmployerChange.words.label("answer"),
        ),
        "rosters_naming_me": select(
            mini_cluster, RosterRow.name, RosterRow.email, RosterRow.phone, RosterRow.organisation_name,
            RosterRow.business_number, RosterRow.position, RosterRow.state, RosterRow.confirmed_at, RosterRow.left_at,
        )
        .join(MiniCluster, MiniCluster.id == RosterRow.mini_cluster_id)
        .where(or_(RosterRow.account_id == account_id, RosterRow.email == address)),
        "invitations": select(mini_cluster, Invitation.role, Invitation.email, Invitation.used_at)
        .join(MiniCluster, MiniCluster.id == Invitation.mini_cluster_id)
        .where(Invitation.used_by_id == account_id),
    }  # fmt: skip


def _writings(account_id: int) -> dict[str, Section]:
    idea, comment, reader = Idea.public_id.label("idea_id"), Comment.public_id.label("comment_id"), aliased(Account)
    own_idea, own_comment = Idea.author_id == account_id, Comment.author_id == account_id
    return {
        "ideas": select(
            Idea.public_id.label("id"), MiniCluster.name_ko.label("mini_cluster"), Idea.title, Idea.body, Idea.tags,
            Idea.visibility, Idea.status, Idea.state, Idea.vote_count, Idea.comment_count, Idea.created_at,
            Idea.published_at, Idea.edited_at, Idea.withdrawn_at,
        ).join(MiniCluster, MiniCluster.id == Idea.mini_cluster_id).where(own_idea),
        "idea_revisions": select(
            idea, IdeaRevision.version, IdeaRevision.title, IdeaRevision.body, IdeaRevision.tags,
            IdeaRevision.replaced_at,
        ).join(Idea, Idea.id == IdeaRevision.idea_id).where(own_idea),
        "named_readers": select(idea, reader.public_id.label("reader_id"), IdeaReader.named_at)
        .join(Idea, Idea.id == IdeaReader.idea_id).join(reader, reader.id == IdeaReader.account_id).where(own_idea),
        "excluded_organisations": select(idea, Organisation.name.label("organisation"))
        .select_from(IdeaExclusion).join(Idea, Idea.id == IdeaExclusion.idea_id)
        .join(Organisation, Organisation.id == IdeaExclusion.organisation_id).where(own_idea),
        "invited_experts": select(idea, reader.public_id.label("expert_id"), IdeaExpert.invited_at)
        .join(Idea, Idea.id == IdeaExpert.idea_id).join(reader, reader.id == IdeaExpert.account_id).where(own_idea),
        "comments": select(
            Comment.public_id.label("id"), idea, Comment.body, Comment.created_at, Comment.edited_at,
            Comment.deleted_at, Comment.hidden_at,
        ).join(Idea, Idea.id == Comment.idea_id).where(own_comment),
        "comment_revisions": select(
            comment, CommentRevision.version, CommentRevision.body, CommentRevision.replaced_at
        ).join(Comment, Comment.id == CommentRevision.comment_id).where(own_comment),
        "announcements": select(
            Announcement.public_id.label("id"), Announcement.title, Announcement.body, Announcement.link,
            Announcement.created_at, Announcement.valid_until, Announcement.withdrawn_at,
        ).where(Announcement.author_id == account_id),
    }  # fmt: skip


def _responses(account_id: int) -> dict[str, Section]:
    idea, blocked = Idea.public_id.label("idea_id"), aliased(Account)

    def about_idea(model: Any, *columns: Any) -> Section:
        return _of(model, account_id, idea, *columns).join(Idea, Idea.id == model.idea_id)

    return {
        "votes": about_idea(Vote, Vote.voted_at),
        "followed_ideas": about_idea(IdeaFollow, IdeaFollow.muted, IdeaFollow.created_at),
        "read_ideas": about_idea(IdeaReadMark, IdeaReadMark.read_at),
        "opened_named_ideas": about_idea(NamedIdeaRead, NamedIdeaRead.read_at),
        "ideas_i_am_named_in": about_idea(IdeaReader, IdeaReader.named_at),
        "ideas_i_am_invited_into": about_idea(IdeaExpert, IdeaExpert.invited_at),
        "comments_naming_me": _of(CommentMention, account_id, Comment.public_id.label("comment_id")).join(
            Comment, Comment.id == CommentMention.comment_id
        ),
        "read_announcements": _of(
            AnnouncementRead, account_id, Announcement.public_id.label("announcement_id"), AnnouncementRead.read_at
        ).join(Announcement, Announcement.id == AnnouncementRead.announcement_id),
        "followed_mini_clusters": _of(
            MiniClusterFollow, account_id, MiniCluster.name_ko.label("mini_cluster"), MiniClusterFollow.created_at
        ).join(MiniCluster, MiniCluster.id == MiniClusterFollow.mini_cluster_id),
        "blocks": select(blocked.public_id.label("account_id"), Block.created_at)
        .join(blocked, blocked.id == Block.blocked_id)
        .where(Block.blocker_id == account_id),
    }


def _devices(account_id: int) -> dict[str, Section]:
    idea = Idea.public_id.label("idea_id")
    return {
        "sessions": _of(
            Session, account_id, Session.device_name, Session.created_at, Session.last_seen_at, Session.expires_at,
            Session.ended_at, Session.end_reason,
        ),
        "devices": _of(
            Device, account_id, Device.platform, Device.app_version, Device.locale, Device.time_zone,
            Device.created_at, Device.last_seen_at, Device.disabled_at, Device.disabled_reason,
        ),
        "inbox": _of(InboxItem, account_id, idea, InboxItem.reason, InboxItem.created_at, InboxItem.read_at).outerjoin(
            Idea, Idea.id == InboxItem.idea_id
        ),
        "notification_settings": _of(
            NotificationSettings, account_id, NotificationSettings.quiet_from, NotificationSettings.quiet_until,
            NotificationSettings.hides_content, NotificationSettings.without_inbox, NotificationSettings.without_push,
            NotificationSettings.choices,
        ),
        "notification_choices_by_mini_cluster": _of(
            MiniClusterNotificationSettings, account_id, MiniCluster.name_ko.label("mini_cluster"),
            MiniClusterNotificationSettings.choices,
        ).join(MiniCluster, MiniCluster.id == MiniClusterNotificationSettings.mini_cluster_id),
        "digests": _of(Digest, account_id, Digest.rhythm, Digest.due_at),
    }  # fmt: skip


def _moderation(account_id: int) -> dict[str, Section]:
    idea, comment = Idea.public_id.label("idea_id"), Comment.public_id.label("comment_id")
    about_me = ModerationAct.subject_id == account_id
    return {
        "reports": select(idea, comment, Report.reason, Report.words, Report.created_at)
        .join(Case, Case.id == Report.case_id)
        .join(Idea, Idea.id == Case.idea_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .where(Report.reporter_id == account_id),
        # Notes are for those who moderate: they would not be written if they were read.
        "statements_of_reasons": select(
            ModerationAct.kind, ModerationActText.words, ModerationAct.until, ModerationAct.created_at,
            ModerationAct.undone_at, ModerationActText.undo_words,
        )
        .join(ModerationActText, ModerationActText.act_id == ModerationAct.id)
        .where(about_me, ModerationAct.kind != ActKind.NOTE),
        "appeals": select(Appeal.words, Appeal.state, Appeal.created_at, Appeal.decided_at, Appeal.decision_words)
        .join(ModerationAct, ModerationAct.id == Appeal.act_id)
        .where(about_me),
        "proposals_for_my_ideas": select(
            idea, AudienceProposal.kind, AudienceProposal.visibility, AudienceProposal.note, AudienceProposal.state,
            AudienceProposal.created_at,
        )
        .join(Idea, Idea.id == AudienceProposal.idea_id)
        .where(Idea.author_id == account_id),
        "what_staff_read_of_me": select(AccessEntry.at, AccessEntry.action, AccessEntry.target_kind).where(
            AccessEntry.subject_id == account_id
        ),
    }  # fmt: skip
