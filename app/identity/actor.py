"""The actor: everything that policies and visibility need to know of a person, loaded in one query."""

import uuid
from dataclasses import dataclass
from functools import cached_property

from app.core.localisation import Locale
from app.models.memberships import MemberRole


@dataclass(frozen=True)
class ActorMembership:
    """A present membership."""

    mini_cluster_id: int
    consortium_id: int
    role: MemberRole


@dataclass(frozen=True)
class Actor:
    """A person as of this request. Nothing here is cached beyond it: a change holds from the next request."""

    account_id: int
    public_id: uuid.UUID
    session_id: int | None
    locale: Locale
    is_operator: bool
    organisation_id: int | None
    affiliation_id: int | None
    memberships: tuple[ActorMembership, ...]
    coordinated: tuple[tuple[int, int], ...]
    """(consortium, mini-cluster) for each mini-cluster of the consortia this person coordinates."""
    coordinated_consortium_ids: frozenset[int]
    linked_consortium_ids: frozenset[int]
    """Consortia linked to one of this person's own, without his own."""
    suspended_consortium_ids: frozenset[int] = frozenset()
    """Consortia that keep this person out: no membership there counts, and he may not respond to their open ideas."""
    terms_version: str | None = None
    """The terms of use this person has consented to last."""
    has_second_factor: bool = False
    """Whether signing in asks this person for a second factor."""
    is_member: bool = False
    """Whether this person is a member anywhere, be it where he is kept out at present."""

    @property
    def is_outsider(self) -> bool:
        """Whether this person belongs nowhere, yet or any more: he sees nothing but his own."""
        return not (self.is_member or self.is_staff)

    @property
    def is_staff(self) -> bool:
        """Whether this person runs the service, or coordinates a consortium."""
        return self.is_operator or bool(self.coordinated_consortium_ids)

    @cached_property
    def own_mini_cluster_ids(self) -> frozenset[int]:
        """Mini-clusters this person is a member of."""
        return frozenset(membership.mini_cluster_id for membership in self.memberships)

    @cached_property
    def inner_mini_cluster_ids(self) -> frozenset[int]:
        """Mini-clusters whose inner ideas this person sees: his own, and those of consortia he coordinates."""
        return self.own_mini_cluster_ids | {mini_cluster_id for _, mini_cluster_id in self.coordinated}

    @cached_property
    def consortium_ids(self) -> frozenset[int]:
        """Consortia this person belongs to, as a member or as a coordinator."""
        return self.coordinated_consortium_ids | {membership.consortium_id for membership in self.memberships}

    def manages(self, mini_cluster_id: int, consortium_id: int) -> bool:
        """Whether this person is the manager of a mini-cluster or coordinates its consortium."""
        return consortium_id in self.coordinated_consortium_ids or any(
            membership.mini_cluster_id == mini_cluster_id and membership.role is MemberRole.MANAGER
            for membership in self.memberships
        )
