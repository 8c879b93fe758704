"""Who can be named in a comment, on both engines."""

from sqlalchemy import select, update

from app.core.clock import now
from app.models import Account, CommentMention, Membership
from app.models.accounts import AccountStatus
from app.models.ideas import Visibility
from tests.comments.discussion import Discussion, error_of
from tests.factories import Factory, client_id
from tests.ideas_factory import Place, published_idea


async def _named(discussion: Discussion, comment_id: str) -> set[int]:
    comment = await discussion.stored(comment_id)
    async with discussion.database.read() as connection:
        statement = select(CommentMention.account_id).where(CommentMention.comment_id == comment.id)
        return set((await connection.scalars(statement)).all())


async def test_members_and_coordinators_can_be_named(discussion: Discussion, factory: Factory, place: Place) -> None:
    coordinator = await factory.person(coordinates=place.consortium, name="이도윤")
    people = [place.author, coordinator, place.author]
    comment = await discussion.post(place.member, mentions=people)
    assert comment["mentions"] == [
        {"id": str(place.author.public_id), "name": "박서준"},
        {"id": str(coordinator.public_id), "name": "이도윤"},
    ]
    assert await _named(discussion, comment["id"]) == {place.author.id, coordinator.id}
    assert (await discussion.get(place.author, f"/v1/comments/{comment['id']}"))["mentions"] == comment["mentions"]


async def test_who_cannot_see_the_idea_cannot_be_named(discussion: Discussion, factory: Factory, place: Place) -> None:
    foreign = await factory.person(await factory.mini_cluster())
    neighbour = await factory.person(await factory.mini_cluster(place.consortium))
    former, suspended = await factory.person(place.mini_cluster), await factory.person(place.mini_cluster)
    competitor = await factory.person(place.mini_cluster)
    blocked_by_me, blocking_me = await factory.person(place.mini_cluster), await factory.person(place.mini_cluster)
    blocked_by_author = await factory.person(place.mini_cluster)
    await factory.block(place.member, blocked_by_me)
    await factory.block(blocking_me, place.member)
    await factory.block(place.author, blocked_by_author)
    async with discussion.database.write() as session:
        await session.execute(update(Membership).where(Membership.account_id == former.id).values(ended_at=now()))
        await session.execute(update(Account).where(Account.id == suspended.id).values(status=AccountStatus.SUSPENDED))
    excluding = Discussion(
        discussion.client,
        discussion.database,
        await published_idea(
            discussion.database,
            place.author,
            place.mini_cluster,
            excluded_organisation_ids=[competitor.organisation_id],
        ),
    )
    unable = [foreign, neighbour, former, suspended, competitor, blocked_by_me, blocking_me, blocked_by_author]
    ids = [str(place.author.public_id), *(str(person.public_id) for person in unable), client_id()]
    refused = await excluding.send(place.member, mention_ids=ids)
    assert error_of(refused) == (
        422,
        "invalid_request",
        [(f"/body/mention_ids/{place}", "cannot_see_idea") for place in range(1, len(ids))],
    )
    assert await discussion.number_of_rows() == 0
    assert await discussion.events() == []


async def test_naming_follows_the_visibility_of_the_idea(
    discussion: Discussion, factory: Factory, place: Place
) -> None:
    """Whether somebody can be named is whether he can read the thread: asked of the very route that shows it."""
    linked_consortium = await factory.consortium()
    await factory.link(place.consortium, linked_consortium)
    reader = await factory.person(await factory.mini_cluster())
    people = [
        reader,
        await factory.person(place.mini_cluster),
        await factory.person(await factory.mini_cluster(place.consortium)),
        await factory.person(await factory.mini_cluster(linked_consortium)),
        await factory.person(coordinates=linked_consortium),
        await factory.person(await factory.mini_cluster()),
    ]
    numbers = {}
    for visibility in Visibility:
        readers = [reader] if visibility is Visibility.NAMED else []
        idea = await published_idea(
            discussion.database, place.author, place.mini_cluster, visibility=visibility, readers=readers
        )
        there = Discussion(discussion.client, discussion.database, idea)
        named = [await there.send(place.author, mention_ids=[str(person.public_id)]) for person in people]
        read = [await there.client.get(there.path, headers=person.headers) for person in people]
        outcomes = [(n.status_code, r.status_code) for n, r in zip(named, read, strict=True)]
        assert set(outcomes) <= {(201, 200), (422, 404)}
        numbers[visibility.value] = outcomes.count((201, 200))
    assert numbers == {"named": 1, "mini_cluster": 1, "consortium": 2, "linked": 4, "all": 6}


async def test_erased_member_has_no_name_in_a_mention(discussion: Discussion, place: Place) -> None:
    comment = await discussion.post(place.member, mentions=[place.author])
    async with discussion.database.write() as session:
        await session.execute(
            update(Account).where(Account.id == place.author.id).values(status=AccountStatus.ERASED, name="탈퇴")
        )
    shown = await discussion.get(place.member, f"/v1/comments/{comment['id']}")
    assert shown["mentions"] == [{"id": str(place.author.public_id), "name": ""}]


async def test_editing_tells_only_those_newly_named(discussion: Discussion, factory: Factory, place: Place) -> None:
    third = await factory.person(place.mini_cluster)
    comment = await discussion.post(place.member, mentions=[place.author])
    stored = await discussion.stored(comment["id"])
    both = [str(place.author.public_id), str(third.public_id)]
    edited = await discussion.patch(place.member, comment["id"], mention_ids=both)
    assert [mention["id"] for mention in edited.json()["mentions"]] == both
    assert (edited.json()["version"], edited.json()["is_edited"]) == (2, True)
    event = {"idea_id": place.idea.id, "comment_id": stored.id, "author_id": place.member.id}
    assert (await discussion.events())[2:] == [("comment.edited", {**event, "newly_mentioned_ids": [third.id]})]
    again = await discussion.patch(place.member, comment["id"], body="다른 말", mention_ids=both[1:])
    assert [mention["id"] for mention in again.json()["mentions"]] == both[1:]
    assert (await discussion.events())[3:] == [("comment.edited", {**event, "newly_mentioned_ids": []})]
    assert await _named(discussion, comment["id"]) == {third.id}


async def test_who_was_named_stays_named_though_he_lost_the_idea(
    discussion: Discussion, factory: Factory, place: Place
) -> None:
    former = await factory.person(place.mini_cluster)
    comment = await discussion.post(place.member, mentions=[former])
    async with discussion.database.write() as session:
        await session.execute(update(Membership).where(Membership.account_id == former.id).values(ended_at=now()))
    ids = [str(former.public_id)]
    kept = await discussion.patch(place.member, comment["id"], body="고친 말", mention_ids=ids)
    assert kept.status_code == 200, kept.text
    foreign = await factory.person(await factory.mini_cluster())
    refused = await discussion.patch(place.member, comment["id"], mention_ids=[*ids, str(foreign.public_id)])
    assert error_of(refused) == (422, "invalid_request", [("/body/mention_ids/1", "cannot_see_idea")])
    assert await _named(discussion, comment["id"]) == {former.id}
    dropped = await discussion.patch(place.member, comment["id"], mention_ids=[])
    assert dropped.json()["mentions"] == []
    refused = await discussion.patch(place.member, comment["id"], mention_ids=ids)
    assert error_of(refused)[2] == [("/body/mention_ids/0", "cannot_see_idea")]
