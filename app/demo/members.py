"""A person of the demo: jobs and memberships with their dates, in microseconds since 1970."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.localisation import Locale
from app.demo.accounts import OPERATOR, DemoAccount
from app.demo.employers import Employer
from app.demo.places import Place
from app.models.memberships import MemberRole


@dataclass(slots=True)
class Job:
    """A place in an organisation for a time; ``ended_at`` 0 for the present one."""

    id: int
    employer: Employer
    position: str
    started_at: int
    ended_at: int = 0


@dataclass(slots=True)
class Belonging:
    """A membership for a time; ``ended_at`` 0 for a present one."""

    place: Place
    role: MemberRole
    started_at: int
    ended_at: int = 0


@dataclass(slots=True)
class Member:
    """A person of the demo."""

    id: int
    name: str
    email: str
    locale: Locale
    joined_at: int
    employer: Employer
    """Where the person works now, as the last of the jobs says."""
    jobs: list[Job]
    account: DemoAccount | None = None
    memberships: list[Belonging] = field(default_factory=list)
    coordinates: int | None = None

    @property
    def is_operator(self) -> bool:
        """Whether the person may do everything."""
        return self.account is OPERATOR

    def job_at(self, micros: int) -> Job:
        """Where the person worked at that moment."""
        return self.jobs[0] if micros < self.jobs[-1].started_at else self.jobs[-1]

    def belongings(self, place: Place) -> Iterator[Belonging]:
        """The present membership of a mini-cluster, if there is one."""
        return (belonging for belonging in self.memberships if belonging.place is place and not belonging.ended_at)
