"""The person who is erased, and what of the house is his: the conditions of the plan are made of it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.models import Case, Comment, Device, Idea, ModerationAct, PushJob, Session
from app.models.ideas import IdeaStatus


@dataclass(frozen=True, slots=True)
class Subject:
    """A person by his number, and by what others may have written of him."""

    account_id: int
    public_id: str
    email: str | None

    @property
    def ideas(self) -> Select[int]:
        """All he wrote."""
        return select(Idea.id).where(Idea.author_id == self.account_id)

    @property
    def unread_ideas(self) -> Select[int]:
        """What nobody sees any more, or ever saw: what is withdrawn, and drafts."""
        return self.ideas.where(Idea.status.in_([IdeaStatus.DRAFT, IdeaStatus.WITHDRAWN]))

    @property
    def comments(self) -> Select[int]:
        """All he wrote under ideas."""
        return select(Comment.id).where(Comment.author_id == self.account_id)

    @property
    def unread_comment(self) -> ColumnElement[bool]:
        """The condition on comments of his that nobody reads any more."""
        return and_(
            Comment.author_id == self.account_id,
            or_(Comment.hidden_at.is_not(None), Comment.idea_id.in_(self.unread_ideas)),
        )

    @property
    def cases(self) -> Select[int]:
        """The cases about what he wrote."""
        about_idea = and_(Case.comment_id.is_(None), Case.idea_id.in_(self.ideas))
        return select(Case.id).where(or_(about_idea, Case.comment_id.in_(self.comments)))

    @property
    def acts(self) -> Select[int]:
        """What those who moderate did to him, or to what he wrote."""
        return select(ModerationAct.id).where(ModerationAct.subject_id == self.account_id)

    @property
    def sessions(self) -> Select[int]:
        """Where he was signed in."""
        return select(Session.id).where(Session.account_id == self.account_id)

    @property
    def devices(self) -> Select[int]:
        """What gets his pushes."""
        return select(Device.id).where(Device.account_id == self.account_id)

    @property
    def push_jobs(self) -> Select[int]:
        """What he was to be pushed."""
        return select(PushJob.id).where(PushJob.account_id == self.account_id)
