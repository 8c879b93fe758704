"""What the leak walk looks at after each step, and what it holds it against."""

import re

from app.push.transport import PushMessage
from tests.permissions.leak_model import ModelIdea
from tests.permissions.leak_place import PEOPLE, PLACES, LeakPlace

_WORD = re.compile(r"zq[0-9]+qz")
_PAGE = 3


class LeakReads:
    """Reads a place as its people do.

    A step looks at a part of it: by turns everybody reads every list and all of his own feed, opens every idea and
    its comments, looks at the members of places and foretells audiences.
    """

    def __init__(self, place: LeakPlace) -> None:
        """Read ``place``."""
        self.place = place
        self.model = place.model

    def check(self, turn: int) -> None:
        """Nothing that people read holds a word they may not see; and they find what they may."""
        turn, part = divmod(turn, 5)
        viewer = turn % PEOPLE
        readable = self.model.readable_words(viewer, in_lists=True)
        if part == 0:
            self._check_home(viewer, readable, _PAGE if turn % 3 == 0 else 100)
        elif part == 1:
            self._check_list(viewer, readable, turn)
        elif part == 2:
            self._check_place(viewer, turn)
        elif self.model.ideas:
            self._check_idea(viewer, self.model.ideas[turn % len(self.model.ideas)], turn, is_opened=part == 3)

    def check_pushes(self, pushes: list[PushMessage]) -> None:
        """No phone gets a word its owner may not see at the moment of sending, nor the body of a confidential idea."""
        for push in pushes:
            person = int(push.token.removeprefix("phone-"))
            words = _words(f"{push.title} {push.body} {dict(push.data)}")
            assert words <= self.model.readable_words(person, in_lists=True), (person, push.title, push.body)

    def _check_list(self, viewer: int, readable: set[str], turn: int) -> None:
        model, place = self.model, turn % PLACES
        number = model.consortium_of[place]
        consortium = self.place.consortia[number].public_id
        lists = [
            "/feeds/home?sort=hot&limit=100",
            "/feeds/open?limit=100",
            "/feeds/invited?limit=100",
            "/inbox?limit=100",
            f"/mini-clusters/{self.place.place_id(place)}/ideas?limit=100",
            f"/consortia/{consortium}/ideas?limit=100&sort=unanswered",
            "/me/audience-proposals",
            "/me/statements",
            f"/consortia/{consortium}/cases",
        ]
        path = lists[turn % len(lists)]
        response = self.place.call("GET", path, viewer)
        if path.endswith("/cases"):
            readable = readable | model.words_of_cases(viewer, number)
        leaked = _words(response.text) - readable
        assert not leaked, (viewer, leaked, response.text)
        if turn % 7 == 0:
            unread = self.place.call("GET", "/inbox?unread_only=true&limit=100", viewer).json()["items"]
            assert self.place.call("GET", "/me", viewer).json()["unread_count"] == len(unread)

    def _check_home(self, viewer: int, readable: set[str], limit: int) -> None:
        """The whole home feed, page after page, is what the model says, each idea once."""
        found: list[str] = []
        path = f"/feeds/home?sort=new&limit={limit}"
        page = self.place.call("GET", path, viewer).json()
        while True:
            found += [item["id"] for item in page["items"]]
            leaked = _words(str(page)) - readable
            assert not leaked, (viewer, leaked)
            if page["next_cursor"] is None:
                break
            page = self.place.call("GET", f"{path}&cursor={page['next_cursor']}", viewer).json()
        expected = {each.id for each in self.model.ideas if self.model.is_at_home(viewer, each)}
        assert set(found) == expected, viewer
        assert len(found) == len(expected), "an idea stands on two pages"

    def _check_place(self, viewer: int, turn: int) -> None:
        """The members of a place, and the audience foretold of an idea posted there."""
        place = turn % PLACES
        path = f"/mini-clusters/{self.place.place_id(place)}"
        members = self.place.call("GET", f"{path}/members?limit=100", viewer)
        assert (members.status_code == 200) == (place in self.model.inner(viewer)), members.text
        assert "@" not in members.text, "no list of members shows an address"
        visibility = ("mini_cluster", "consortium", "linked")[turn % 3]
        excluded = turn // PLACES % PEOPLE
        if excluded == viewer:
            return
        query = f"visibility={visibility}&excluded_organisation_ids={self.place.organisation_of(excluded)}"
        audience = self.place.call("GET", f"{path}/audience?{query}", viewer)
        if audience.status_code == 200:
            expected = self.model.audience(viewer, place, visibility, excluded)
            assert audience.json()["people_count"] == expected, (viewer, place, visibility, excluded)

    def _check_idea(self, viewer: int, idea: ModelIdea, turn: int, *, is_opened: bool) -> None:
        """One idea as the viewer opens it, or its comments; and something else that hangs on it."""
        sees = self.model.sees(viewer, idea)
        readable = self.model.readable_words(viewer, in_lists=False)
        below = ("/states", "/revisions", "/audience-proposals", "/reads", "/experts")[turn % 5]
        shown = self.place.call(
            "GET", f"/ideas/{idea.id}" if is_opened else f"/ideas/{idea.id}/comments?limit=100", viewer
        )
        for response in (shown, self.place.call("GET", f"/ideas/{idea.id}{below}", viewer)):
            assert (response.status_code == 404) >= (not sees), (viewer, idea, response.text)
            assert _words(response.text) <= readable, (viewer, idea, response.text)
        if is_opened:
            assert (shown.status_code == 200) == sees, (viewer, idea, shown.text)
        elif sees and not idea.is_withdrawn:
            words = {word for word, by in idea.comments.items() if not self.model.is_blocked(viewer, by)}
            assert _words(shown.text) == words


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))
