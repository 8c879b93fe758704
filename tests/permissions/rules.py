"""How the rights of a route are declared: whom it lets act on what, whom it forbids, and to whom it shows nothing.

The matrix (``test_matrix.py``) has a row for every route of the API, a column for each actor of ``ACTORS``, and a layer
for each target. To declare a route, add its ``operationId`` to ``RULES`` of a module in ``declarations/``::

    "update_idea": Rule(
        {"home": may("author", forbidden=HOME_READERS), "foreign": nobody(404), "missing": nobody(404)},
        path={"idea_id": "idea"},
        body=lambda world, target: {"title": "새 제목"},
    )

``path`` names the kind of thing each parameter of the path stands for; ``World.ids`` holds one of each kind and target:
``home`` (of the author, in the mini-cluster of most actors), ``foreign`` (of the foreigners in their consortium),
``gone`` (withdrawn, deleted, ended) and ``missing`` (of which nothing exists). An actor in none of the
groups gets the status of ``others``. Whoever bears no good token gets 401 everywhere but on ``public`` routes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.permissions.world import World

Json = dict[str, Any]

WITHOUT_TOKEN = ("anonymous", "garbage", "expired", "revoked", "suspended")
"""Actors that no protected route lets in."""
LIVE = (
    "stranger", "foreigner", "foreign_coordinator", "member", "author", "officer", "manager", "coordinator", "operator",
)  # fmt: skip
"""Signed in: without membership; of another consortium; of the home mini-cluster; above it."""
UNCONSENTING = "unconsenting"
"""A member of the home mini-cluster who has not consented to the present terms of use."""
ACTORS = (*WITHOUT_TOKEN, UNCONSENTING, *LIVE)

HOME_READERS = frozenset({"member", "author", "officer", "manager", "coordinator"})
"""Those who see what is posted in the home mini-cluster."""
HOME_STAFF = frozenset({"manager", "coordinator"})
FOREIGN_READERS = frozenset({"foreigner", "foreign_coordinator"})
EVERYBODY = frozenset(LIVE)


@dataclass(frozen=True)
class Outcome:
    """What becomes of each live actor's request on one target."""

    allowed: frozenset[str]
    forbidden: frozenset[str] = frozenset()
    """Get 403: they know of the thing."""
    others: int = 404
    """What the rest gets."""


def may(*allowed: str, forbidden: Iterable[str] = (), others: int = 404) -> Outcome:
    """These may; those are forbidden to; the rest gets ``others``."""
    return Outcome(frozenset(allowed), frozenset(forbidden) - frozenset(allowed), others)


def nobody(status: int) -> Outcome:
    """Everybody gets this status."""
    return Outcome(frozenset(), others=status)


@dataclass(frozen=True)
class Rule:
    """The rights of one route."""

    targets: Mapping[str, Outcome]
    path: Mapping[str, str] = field(default_factory=dict)
    body: Callable[["World", str], Json | None] = lambda _world, _target: None
    query: Callable[["World", str], Json] = lambda _world, _target: {}
    accepts: frozenset[int] = frozenset()
    """Statuses beside 2xx that an allowed actor may get, because the state of the world stands in the way."""
    public: bool = False
    """Needs no token. Its cells are not in the matrix; the tests of its feature hold it."""


def public() -> Rule:
    """A route for people who are not signed in."""
    return Rule({}, public=True)


def signed_in(**more: Any) -> Rule:
    """A route for everybody signed in, about nothing in particular or about oneself."""
    return Rule({"any": may(*LIVE)}, **more)


def only(*allowed: str, **more: Any) -> Rule:
    """A route about nothing in particular that is forbidden to all others."""
    return Rule({"any": may(*allowed, others=403)}, **more)


def on_visible_idea(home: Outcome, foreign: Outcome, **more: Any) -> Rule:
    """A route on an idea: of a withdrawn one nobody but its author knows."""
    gone = more.pop("gone", nobody(404))
    return Rule(
        {"home": home, "foreign": foreign, "gone": gone, "missing": nobody(404)}, path={"idea_id": "idea"}, **more
    )


def readers_of_ideas(**more: Any) -> Rule:
    """A route on an idea for all who see it."""
    return on_visible_idea(may(*HOME_READERS), may(*FOREIGN_READERS), **more)
