"""What an erasure leaves as it is, and why: by table, or by column where other columns of the table are changed."""

from collections.abc import Mapping

_NUMBER = "the number of an account that names nobody any more"
_FIGURES = "periods under such a number, for the figures of past years"
_SHARED = "others have answered it: what they can read stays readable, without his name"
_OFFICE = "written in an office and owed to others: reasons, decisions, notes on their ideas, announcements"
_OTHERS = "of somebody else, who is not the one that is erased"
_RECORD = "a record that the database refuses to change: numbers and codes, never words"

TABLES: Mapping[str, str] = {
    "regions": "about places",
    "complexes": "about places",
    "consortia": "about places",
    "consortium_links": "about places",
    "mini_clusters": "about places",
    "mini_cluster_names": "about places",
    "organisations": "about organisations",
    "organisation_size_bands": "about organisations",
    "showcases": "what a mini-cluster shows of itself",
    "place_figures": "numbers of places, which name nobody",
    "house_rules": _OFFICE,
    "watch_lists": _OFFICE,
    "audit_entries": _RECORD,
    "access_entries": _RECORD,
    "memberships": _FIGURES,
    "coordinator_roles": _FIGURES,
    "named_idea_reads": "who opened an idea is promised to its author; a number names nobody any more",
    "outbox_events": "numbers and codes, never words; deleted by retention",
    "changes": "numbers and codes, never words; deleted by retention",
    "change_epochs": "about the database",
    "throttles": "keyed digests; those of the person are found and deleted by app/identity/throttles.py",
    "used_id_tokens": "digests of tokens of elsewhere, which lead to nobody; deleted by retention",
    "worker_heartbeats": "about machines",
    "erasures": "that it was done, for a day",
}

COLUMNS: Mapping[str, str] = {
    "affiliations.account_id": _FIGURES,
    "announcements.author_id": _NUMBER,
    "announcements.body": _OFFICE,
    "announcements.link": _OFFICE,
    "announcements.title": _OFFICE,
    "appeals.decided_by_id": _NUMBER,
    "applications.decided_by_id": _NUMBER,
    "audience_proposals.proposed_by_id": _NUMBER,
    "cases.claimed_by_id": _NUMBER,
    "cases.closed_by_id": _NUMBER,
    "comments.author_id": _NUMBER,
    "comments.body": _SHARED,
    "employer_changes.decided_by_id": _NUMBER,
    "experts.designated_by_id": _NUMBER,
    "feed_entries.author_id": _NUMBER,
    "idea_revisions.edited_by_id": _OTHERS,
    "idea_state_changes.changed_by_id": _NUMBER,
    "idea_state_changes.note": _OFFICE,
    "idea_tags.tag": _SHARED,
    "ideas.author_id": _NUMBER,
    "ideas.body": _SHARED,
    "ideas.excerpt": _SHARED,
    "ideas.tags": _SHARED,
    "ideas.title": _SHARED,
    "inbox_items.actor_id": _NUMBER,
    "invitations.invited_by_id": _NUMBER,
    "moderation_act_texts.words": _OFFICE,
    "moderation_acts.actor_id": _NUMBER,
    "moderation_acts.subject_id": _NUMBER,
    "moderation_acts.undone_by_id": _NUMBER,
    "reports.reporter_id": _NUMBER,
    "roster_imports.fingerprint": "a digest of a whole file of many people",
    "roster_imports.imported_by_id": _NUMBER,
    "roster_rows.wanted_by_id": _NUMBER,
    "showcase_ideas.added_by_id": _NUMBER,
}
"""A column may be named here and in a step: what the step does not reach stays, for this reason."""
