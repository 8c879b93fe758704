"""Random acts, and phones that sync now and then: each store comes to be what the server shows its person.

The acts and the model of rights are those of the leak walk; what only sync has to notice is added. The long form::

    python -m tests.sync.walk --steps 20000
"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from app.core.clock import now
from app.sync import log, service
from tests.factories import client_id
from tests.permissions.leak_model import ModelIdea
from tests.permissions.leak_place import PEOPLE
from tests.permissions.test_leaks import LeakWalk, consortia, numbers, people, places
from tests.sync.store import Store, differences, server_view


def with_small_pages(patch: pytest.MonkeyPatch) -> None:
    """Let pages end, and the log be read, after a few rows: every seam is walked over."""
    patch.setattr(service, "PAGE", 7)
    patch.setattr(log, "BATCH", 9)
    patch.setattr(service, "BATCH", 9)
    patch.setattr(log, "_BATCH", log._batch())


class SyncWalk(LeakWalk):
    """The leak walk with a phone for each of its people."""

    @initialize()
    def get_phones(self) -> None:
        self.phones = [Store(person) for person in self.it.people]

    def sync(self, person: int, pages: int = 1_000) -> None:
        store = self.phones[person]
        self.it.runner.run(store.sync(self.it.client, pages=pages))

    def compare(self, person: int) -> None:
        self.sync(person)
        ids = [idea.id for idea in self.model.ideas]
        view = self.it.runner.run(server_view(self.it.client, self.it.people[person], ids))
        assert differences(self.phones[person], view) == []

    @invariant()
    def nobody_reads_what_is_not_his(self) -> None:
        """In place of the check of the leak walk: phones, by turns, in full or in part."""
        if not hasattr(self, "phones"):
            return
        self.turn += 1
        if self.turn % 3 == 0:
            self.compare(self.turn // 3 % PEOPLE)

    @rule(person=people, pages=st.integers(1, 3))
    def sync_in_part(self, person: int, pages: int) -> None:
        self.sync(person, pages)

    @precondition(LeakWalk.has_ideas)
    @rule(number=numbers)
    def edit(self, number: int) -> None:
        idea = self.idea(number)
        idea.title = self.it.word()
        self.it.call("PATCH", f"/ideas/{idea.id}", idea.author, title=idea.title)

    @precondition(LeakWalk.has_ideas)
    @rule(number=numbers, person=people)
    def answer(self, number: int, person: int) -> None:
        """Reply to a comment, and name somebody."""
        idea = self.idea(number)
        page = self.it.call("GET", f"/ideas/{idea.id}/comments", person).json()
        if not page.get("items"):
            return
        top = page["items"][number % len(page["items"])]["comment"]["id"]
        word, named = self.it.word(), [self.it.person_id(number % PEOPLE)]
        body = {"id": client_id(), "body": word, "reply_to": top}
        response = self.it.call("POST", f"/ideas/{idea.id}/comments", person, **body, mention_ids=named)
        if response.status_code == 422:
            response = self.it.call("POST", f"/ideas/{idea.id}/comments", person, **body)
        if response.status_code == 201:
            idea.comments[word] = person

    @precondition(LeakWalk.has_ideas)
    @rule(number=numbers, is_top=st.booleans())
    def delete_comment(self, number: int, is_top: bool) -> None:
        idea = self.idea(number)
        items = self.it.call("GET", f"/ideas/{idea.id}/comments", idea.author).json()["items"]
        shown = [each for item in items for each in ([item["comment"]] if is_top else item["replies"])]
        for comment in shown[:2]:
            if comment["author"] is not None:
                names = [str(each.public_id) for each in self.it.people]
                author = names.index(comment["author"]["id"])
                if self.it.call("DELETE", f"/comments/{comment['id']}", author).status_code == 204:
                    idea.comments.pop(comment["body"], None)

    @precondition(LeakWalk.has_ideas)
    @rule(number=numbers, person=people, what=st.sampled_from(["read-marker", "follow", "mute"]))
    def mark(self, number: int, person: int, what: str) -> None:
        self.it.call("PUT", f"/ideas/{self.idea(number).id}/{what}", person)

    @rule(person=people, place=places, is_wide=st.booleans(), is_kept=st.booleans())
    def announce(self, person: int, place: int, is_wide: bool, is_kept: bool) -> None:
        """Announce something, have it opened by somebody, and perhaps withdraw it."""
        announcement, consortium = client_id(), self.model.consortium_of[place]
        where = {"consortium_id": str(self.it.consortia[consortium].public_id)}
        if not is_wide:
            where = {"mini_cluster_id": self.it.place_id(place)}
        until = (now() + timedelta(days=9)).isoformat()
        coordinator = self.coordinator(consortium)
        body = {"id": announcement, "title": "공지", "body": "모입니다.", "valid_until": until}
        if self.it.call("POST", "/announcements", coordinator, **body, **where).status_code != 201:
            return
        self.it.call("PUT", f"/announcements/{announcement}/read", person)
        self.compare(person)
        if not is_kept:
            assert self.it.call("DELETE", f"/announcements/{announcement}", coordinator).status_code == 204

    @rule(person=people)
    def rename(self, person: int) -> None:
        self.it.call("PATCH", "/me", person, name=f"이름 {self.turn}")

    @precondition(LeakWalk.has_ideas)
    @rule(number=numbers, person=people, kind=st.sampled_from(["hide", "lock", "retag"]))
    def moderate_for_a_while(self, number: int, person: int, kind: str) -> None:
        """Everybody's phone notices; then it is as it was."""
        idea: ModelIdea = self.idea(number)
        more = {"tags": [self.it.word()]} if kind == "retag" else {}
        self.act_for_a_while(person, kind=kind, idea_id=idea.id, **more)

    @rule(person=people, consortium=consortia, pages=st.integers(1, 2))
    def suspend_for_a_while(self, person: int, consortium: int, pages: int) -> None:
        where = str(self.it.consortia[consortium].public_id)
        self.act_for_a_while(person, kind="suspend", member_id=self.it.person_id(person), consortium_id=where)
        self.sync(person, pages)

    def act_for_a_while(self, person: int, **fields: Any) -> None:
        act = client_id()
        done = self.it.call("POST", "/moderation-acts", self.it.operator, id=act, words="까닭", **fields)
        if done.status_code != 201:
            return
        self.compare(person)
        self.sync((person + 1) % PEOPLE, 1)
        undo = f"/moderation-acts/{act}/undo"
        assert self.it.call("POST", undo, self.it.operator, words="고침").status_code == 200
        self.compare(person)


def main() -> None:
    """Walk as many steps as asked for; a difference ends it with the shortest walk that shows it."""
    from tests.permissions.walk_for_leaks import walk

    with pytest.MonkeyPatch.context() as patch:
        with_small_pages(patch)
        walk(SyncWalk, "every store became what the server shows")


if __name__ == "__main__":
    main()
