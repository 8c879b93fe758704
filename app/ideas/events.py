"""What happens to ideas, comments and votes, as the worker is told of it."""

from typing import ClassVar

from app.outbox.events import Event


class IdeaPublished(Event):
    """An idea became visible to its audience."""

    kind: ClassVar[str] = "idea.published"
    idea_id: int
    author_id: int


class IdeaWithdrawn(Event):
    """An idea was taken back by its author."""

    kind: ClassVar[str] = "idea.withdrawn"
    idea_id: int


class IdeaStateChanged(Event):
    """A coordinator brought an idea into another state."""

    kind: ClassVar[str] = "idea.state_changed"
    idea_id: int
    change_id: int
    changed_by_id: int


class AudienceProposed(Event):
    """Somebody wants more people to see an idea: its author is asked."""

    kind: ClassVar[str] = "idea.audience_proposed"
    idea_id: int
    proposal_id: int
    proposed_by_id: int


class IdeaEdited(Event):
    """The words of a published idea changed."""

    kind: ClassVar[str] = "idea.edited"
    idea_id: int


class CaseOpened(Event):
    """Something was reported, or found by watching: it waits for those who handle it."""

    kind: ClassVar[str] = "moderation.case_opened"
    case_id: int


class ReasonsStated(Event):
    """Something was done to what a member wrote, or was undone, or his appeal was decided: he is told."""

    kind: ClassVar[str] = "moderation.reasons_stated"
    idea_id: int
    comment_id: int | None
    account_id: int


class ResponseChanged(Event):
    """The counters of an idea changed: its places in ranked feeds are to be computed anew."""

    kind: ClassVar[str] = "idea.response_changed"
    idea_id: int


class CommentAdded(Event):
    """A comment or a reply was posted."""

    kind: ClassVar[str] = "comment.added"
    idea_id: int
    comment_id: int
    author_id: int


class CommentEdited(Event):
    """A comment was edited; ``newly_mentioned_ids`` were not named in it before."""

    kind: ClassVar[str] = "comment.edited"
    idea_id: int
    comment_id: int
    author_id: int
    newly_mentioned_ids: list[int]


class VoteCast(Event):
    """A member recommended an idea."""

    kind: ClassVar[str] = "vote.cast"
    idea_id: int
    voter_id: int
