"""What an actor's view of everything depends on, as a set of short tokens that a cursor carries.

Two sets differ exactly by what was lost and gained since a phone asked last, whatever the cause: a membership that
ended, a link, a suspension that ran out by itself, another employer. Blocks are no part of it: they are logged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.ideas.streams import StreamKind, readable_streams, split_stream
from app.identity.actor import Actor
from app.models.memberships import MemberRole

Tokens = frozenset[str]


class Parts(NamedTuple):
    """The numbers within some tokens, by their kind."""

    streams: list[int]
    organisations: list[int]
    consortia: list[int]
    """Where the actor coordinates, or is kept out."""
    mini_clusters: list[int]
    """In which he holds an office."""
    accounts: list[int]

    def owners(self, kind: StreamKind) -> list[int]:
        """To whom streams of a kind belong: mini-clusters, consortia, persons."""
        return [owner for stream in self.streams for of, owner in [split_stream(stream)] if of is kind]


_OFFICES = {role: "k" if role is MemberRole.MANAGER else "m" for role in MemberRole if role is not MemberRole.MEMBER}


def tokens_of(actor: Actor) -> Tokens:
    """The tokens of an actor as of now."""
    return frozenset(
        [
            f"a{actor.account_id}",
            f"p{int(actor.is_operator)}",
            f"o{actor.organisation_id or 0}",
            *(f"s{stream}" for stream in readable_streams(actor)),
            *(f"c{consortium}" for consortium in actor.coordinated_consortium_ids),
            *(f"x{consortium}" for consortium in actor.suspended_consortium_ids),
            *(f"{_OFFICES[each.role]}{each.mini_cluster_id}" for each in actor.memberships if each.role in _OFFICES),
        ]
    )


def parts_of(tokens: Iterable[str]) -> Parts:
    """Tokens by their kind."""
    by_kind: dict[str, list[int]] = {kind: [] for kind in "apoxscmk"}
    for token in sorted(tokens):
        by_kind[token[0]].append(int(token[1:]))
    return Parts(by_kind["s"], by_kind["o"], by_kind["c"] + by_kind["x"], by_kind["m"] + by_kind["k"], by_kind["a"])


@dataclass(frozen=True)
class Access:
    """How far a client is in step with what its person may see."""

    settled: Tokens
    """Had before and has now: nothing is to be told of these."""
    lost: Tokens = frozenset()
    gained: Tokens = frozenset()
    former: Tokens = frozenset()
    """Lost and told of. Of an idea that left such a stream before it was looked for there, only the log tells: so this
    stays until the log was read up to a place after the telling."""

    @property
    def present(self) -> Tokens:
        """What the person had when the cursor was made."""
        return self.settled | self.gained

    @property
    def known(self) -> Tokens:
        """What the client may still hold things by."""
        return self.settled | self.lost | self.gained | self.former

    @property
    def is_new(self) -> bool:
        """Whether the client has nothing yet that it could forget."""
        return not (self.settled or self.lost or self.former)

    @property
    def is_in_step(self) -> bool:
        """Whether nothing of what was lost or gained is left to be told."""
        return not (self.lost or self.gained)

    def moved_to(self, present: Tokens) -> "Access":
        """The access of a client that is to be told all that differs from ``present``, and what it is told just now.

        What was gained and lost again in the midst of the telling is told once more, since part of it was sent.
        """
        settled = self.settled & present
        lost = (self.settled | self.lost | self.gained) - present
        return Access(settled, lost, present - settled, self.former)

    def in_step(self) -> "Access":
        """The access once all was told."""
        return Access(self.present, former=self.former | self.lost)

    def without_former(self) -> "Access":
        """The access once the log was read far enough."""
        return Access(self.settled, self.lost, self.gained)


NOTHING = Access(frozenset())
