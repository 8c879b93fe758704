"""The demo as it stands in the database, on both engines: consistent to the last row."""

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, func, select

from app.core import business_number
from app.core.clock import SEOUL, now, to_micros
from app.core.database import Database
from app.demo import accounts
from app.demo.idea_rows import IdeaWriter
from app.demo.loader import DemoReport, load_demo
from app.demo.places import HOME_MINI_CLUSTER
from app.demo.showcase import showcase_ideas
from app.demo.size import LEAST_COMMENTS, DemoSize, least_members
from app.demo.threads import ThreadWriter
from app.demo.tours import SHOWCASES
from app.ideas.excerpts import excerpt_of
from app.ideas.queries import visible_to
from app.ideas.ranking import calendar_keys, hot_key
from app.ideas.streams import streams_of_idea
from app.ideas.tags import normal_tags
from app.identity.passwords.hashing import verify_password
from app.identity.queries import load_actor
from app.models import (
    Account,
    Affiliation,
    Case,
    Comment,
    CommentMention,
    Consortium,
    ConsortiumLink,
    CoordinatorRole,
    FeedEntry,
    HouseRules,
    Idea,
    IdeaExclusion,
    IdeaExpert,
    IdeaFollow,
    IdeaReader,
    IdeaReadMark,
    IdeaRevision,
    IdeaStateChange,
    IdeaTag,
    Membership,
    MiniCluster,
    Model,
    Organisation,
    OrganisationSizeBand,
    RosterRow,
    Showcase,
    ShowcaseIdea,
    Vote,
)
from app.models.ideas import IdeaState, Visibility
from app.models.memberships import MemberRole
from app.models.moderation import CaseState
from app.models.organisations import OrganisationKind
from app.models.programme import LinkState
from app.models.rosters import RosterState
from tests.conftest import ENGINES, empty_database

SIZE = DemoSize(members=400, mini_clusters=60, ideas=250, comments=1_500)
TERMS = "2026-11"


@dataclass(frozen=True)
class Demo:
    """A loaded demo, which tests only read."""

    report: DemoReport
    database: Database


@pytest.fixture(scope="module", params=ENGINES)
def demo_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database of this module, on either engine."""
    with empty_database(request.param, tmp_path_factory.mktemp("demo"), request) as url:
        yield url


@pytest.fixture(scope="module")
async def demo(demo_url: str) -> AsyncIterator[Demo]:
    database = Database(demo_url, pool_size=4)
    report = await load_demo(database, SIZE, TERMS)
    assert report is not None
    yield Demo(report, database)
    await database.aclose()


async def rows(database: Database, model: type[Model], *where: ColumnElement[bool]) -> Sequence[Any]:
    """All rows of a table, in the order of their keys."""
    table = Model.metadata.tables[model.__tablename__]
    async with database.read() as connection:
        return (await connection.execute(select(table).where(*where).order_by(*table.primary_key))).all()


async def test_the_numbers_are_those_asked_for(demo: Demo) -> None:
    assert (demo.report.members, demo.report.mini_clusters, demo.report.ideas, demo.report.comments) == (
        400,
        60,
        250,
        1_500,
    )
    for model, number in (
        (Account, demo.report.members),
        (MiniCluster, demo.report.mini_clusters),
        (Organisation, demo.report.organisations),
        (Idea, demo.report.ideas),
        (Vote, demo.report.votes),
        (Comment, demo.report.comments),
    ):
        assert len(await rows(demo.database, model)) == number, model.__name__


async def test_counters_equal_rows(demo: Demo) -> None:
    votes = Counter(vote.idea_id for vote in await rows(demo.database, Vote))
    comments = Counter(c.idea_id for c in await rows(demo.database, Comment, Comment.deleted_at.is_(None)))
    ideas = await rows(demo.database, Idea)
    assert {idea.id: idea.vote_count for idea in ideas} == {idea.id: votes[idea.id] for idea in ideas}
    assert {idea.id: idea.comment_count for idea in ideas} == {idea.id: comments[idea.id] for idea in ideas}
    assert 0 < sum(idea.comment_count == 0 for idea in ideas) < len(ideas) / 2


async def test_every_idea_stands_in_its_streams_with_its_keys(demo: Demo) -> None:
    readers: dict[int, set[int]] = defaultdict(set)
    entries: dict[int, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for reader in await rows(demo.database, IdeaReader):
        readers[reader.idea_id].add(reader.account_id)
    experts: dict[int, list[int]] = defaultdict(list)
    for invited in await rows(demo.database, IdeaExpert):
        experts[invited.idea_id].append(invited.account_id)
    for entry in await rows(demo.database, FeedEntry):
        entries[entry.idea_id][entry.stream_id] = tuple(entry)[2:]
    for idea in await rows(demo.database, Idea):
        keys = (
            idea.author_id,
            int(idea.has_exclusions),
            int(idea.comment_count > 0),
            to_micros(idea.published_at),
            hot_key(idea.published_at, idea.vote_count, idea.comment_count),
            *calendar_keys(idea.published_at),
            idea.vote_count,
        )
        streams = streams_of_idea(
            idea.visibility,
            idea.mini_cluster_id,
            idea.consortium_id,
            idea.author_id,
            readers[idea.id],
            experts[idea.id],
        )
        assert entries[idea.id] == dict.fromkeys(streams, keys)
    assert {idea.visibility for idea in await rows(demo.database, Idea)} == set(Visibility)


async def test_showcases_show_open_ideas_and_the_colleague_is_an_expert_elsewhere(demo: Demo) -> None:
    showcases = {row.id: row for row in await rows(demo.database, Showcase)}
    assert len(showcases) == SHOWCASES
    assert all(row.figures["member_count"] > 0 for row in showcases.values())
    ideas = {row.id: row for row in await rows(demo.database, Idea)}
    shown = await rows(demo.database, ShowcaseIdea)
    assert len(shown) >= SHOWCASES
    for row in shown:
        idea = ideas[row.idea_id]
        assert (idea.visibility, idea.mini_cluster_id) == (
            Visibility.ALL,
            showcases[row.showcase_id].mini_cluster_id,
        )
    (colleague,) = [row for row in await rows(demo.database, Account) if row.email == accounts.COLLEAGUE.email]
    own = {row.mini_cluster_id for row in await rows(demo.database, Membership) if row.account_id == colleague.id}
    invited = await rows(demo.database, IdeaExpert)
    assert {row.account_id for row in invited} == {colleague.id}
    assert invited
    assert own.isdisjoint(ideas[row.idea_id].mini_cluster_id for row in invited)


async def test_the_coordinator_has_cases_to_decide(demo: Demo) -> None:
    ideas = {row.id: row.consortium_id for row in await rows(demo.database, Idea)}
    cases = await rows(demo.database, Case)
    assert {(row.state, row.report_count) for row in cases} == {(CaseState.OPEN, 1)}
    assert [row.comment_id is None for row in cases] == [True] * 3 + [False] * 2
    places = {row.consortium_id for row in await rows(demo.database, HouseRules)}
    assert {ideas[row.idea_id] for row in cases} == places


async def test_texts_tags_and_histories_of_ideas(demo: Demo) -> None:
    tags, states = defaultdict(set), defaultdict(list)
    for tag in await rows(demo.database, IdeaTag):
        tags[tag.idea_id].add(tag.tag)
    for change in await rows(demo.database, IdeaStateChange):
        states[change.idea_id].append((change.changed_at, change.state))
    revised = {revision.idea_id for revision in await rows(demo.database, IdeaRevision)}
    for idea in await rows(demo.database, Idea):
        assert idea.excerpt == excerpt_of(idea.body)
        assert idea.tags == normal_tags(idea.tags)
        assert set(idea.tags) == tags[idea.id]
        assert states[idea.id][0] == (idea.published_at, IdeaState.OPEN)
        assert states[idea.id] == sorted(states[idea.id])
        assert states[idea.id][-1][1] == idea.state
        assert (idea.version == 2) == (idea.edited_at is not None) == (idea.id in revised)
        assert len(idea.creation_digest) == 32
    assert len(revised) > 0


async def test_only_people_who_see_an_idea_answer_it(demo: Demo) -> None:
    commenters, voters = defaultdict(set), defaultdict(set)
    for comment in await rows(demo.database, Comment):
        commenters[comment.author_id].add(comment.idea_id)
    for vote in await rows(demo.database, Vote):
        voters[vote.account_id].add(vote.idea_id)
    authors = {idea.id: idea.author_id for idea in await rows(demo.database, Idea)}
    async with demo.database.read() as connection:
        for account_id in commenters.keys() | voters.keys():
            actor = await load_actor(connection, account_id)
            assert actor is not None
            seen = set((await connection.scalars(select(Idea.id).where(visible_to(actor)))).all())
            assert commenters[account_id] <= seen
            assert voters[account_id] <= seen
            assert account_id not in {authors[idea] for idea in voters[account_id]}


async def test_threads_have_two_levels_and_rise_with_time(demo: Demo) -> None:
    comments = {comment.id: comment for comment in await rows(demo.database, Comment)}
    published = {idea.id: idea.published_at for idea in await rows(demo.database, Idea)}
    moments = [comment.created_at for comment in comments.values()]
    assert moments == sorted(moments)
    for comment in comments.values():
        assert published[comment.idea_id] < comment.created_at <= now()
        assert (comment.parent_id is None) == (comment.reply_to_id is None)
        if comment.parent_id is not None:
            parent, answered = comments[comment.parent_id], comments[comment.reply_to_id]
            assert parent.parent_id is None
            assert parent.idea_id == answered.idea_id == comment.idea_id
            assert answered.id == parent.id or answered.parent_id == parent.id
            assert answered.id < comment.id
    deleted = [comment for comment in comments.values() if comment.deleted_at is not None]
    answered_ids = {comment.parent_id for comment in comments.values()}
    assert len(deleted) > 0
    assert all(comment.body == "" and comment.id in answered_ids for comment in deleted)


async def test_comments_are_as_long_as_comments_are(demo: Demo) -> None:
    tops = [comment for idea in showcase_ideas() for comment in idea.comments]
    scripted = {top.text for top in tops} | {reply.text for top in tops for reply in top.replies}
    bodies = [c.body for c in await rows(demo.database, Comment, Comment.deleted_at.is_(None))]
    assert scripted <= set(bodies)
    lengths = [len(body) for body in bodies if body not in scripted]
    assert min(lengths) >= 20
    assert max(lengths) <= 200


async def test_mentions_follows_and_marks(demo: Demo) -> None:
    names = {account.id: account.name for account in await rows(demo.database, Account)}
    comments = {comment.id: comment for comment in await rows(demo.database, Comment)}
    mentions = await rows(demo.database, CommentMention)
    assert len(mentions) > 0
    for mention in mentions:
        assert comments[mention.comment_id].body.startswith(f"@{names[mention.account_id]} 님, ")
    part = {(comment.author_id, comment.idea_id) for comment in comments.values()}
    part |= {(idea.author_id, idea.id) for idea in await rows(demo.database, Idea)}
    assert {(follow.account_id, follow.idea_id) for follow in await rows(demo.database, IdeaFollow)} == part
    marks = await rows(demo.database, IdeaReadMark)
    assert {(mark.account_id, mark.idea_id) for mark in marks} == part
    assert all(not mark.last_comment_id or comments[mark.last_comment_id].idea_id == mark.idea_id for mark in marks)


async def test_every_mini_cluster_has_a_manager_and_officers(demo: Demo) -> None:
    roles: dict[int, Counter[MemberRole]] = defaultdict(Counter)
    per_person: Counter[int] = Counter()
    for membership in await rows(demo.database, Membership, Membership.ended_at.is_(None)):
        roles[membership.mini_cluster_id][membership.role] += 1
        per_person[membership.account_id] += 1
    for mini_cluster in await rows(demo.database, MiniCluster):
        counts = roles[mini_cluster.id]
        assert counts[MemberRole.MANAGER] == 1
        assert counts.total() >= 3
        assert max(counts[role] for role in MemberRole if role is not MemberRole.MEMBER) == 1
    assert sum(counts[MemberRole.CHAIR] for counts in roles.values()) > 20
    assert set(per_person.values()) == {1, 2, 3}
    assert len(await rows(demo.database, Membership, Membership.ended_at.is_not(None))) > 0


async def test_sub_mini_clusters_stand_beside_the_real_ones(demo: Demo) -> None:
    by_code = {mini_cluster.code: mini_cluster for mini_cluster in await rows(demo.database, MiniCluster)}
    subs = {code: row for code, row in by_code.items() if "-sub-" in code}
    assert len(subs) > 10
    for code, row in subs.items():
        parent_code, _, number = code.partition("-sub-")
        parent = by_code[parent_code]
        assert (row.consortium_id, row.industry) == (parent.consortium_id, parent.industry)
        assert row.name_ko == f"{parent.name_ko} 서브 {number}분과"
    assert max(row.founded_at for row in by_code.values()) < now() - timedelta(days=1_000)


async def test_consortia_have_coordinators_and_links(demo: Demo) -> None:
    consortia = {consortium.id for consortium in await rows(demo.database, Consortium)}
    assert {role.consortium_id for role in await rows(demo.database, CoordinatorRole)} == consortia
    links = await rows(demo.database, ConsortiumLink)
    assert Counter(link.state for link in links)[LinkState.ACTIVE] > 3
    fields = defaultdict(set)
    for mini_cluster in await rows(demo.database, MiniCluster):
        fields[mini_cluster.consortium_id].add(mini_cluster.industry)
    assert all(fields[link.first_id] & fields[link.second_id] for link in links)


async def test_organisations_have_numbers_and_sizes_with_their_history(demo: Demo) -> None:
    organisations = await rows(demo.database, Organisation)
    assert {organisation.kind for organisation in organisations} == set(OrganisationKind)
    numbers = [o.business_number for o in organisations if o.business_number is not None]
    assert len(set(numbers)) == len(numbers) > len(organisations) / 2
    assert all(business_number.is_valid(number) for number in numbers)
    present = {
        band.organisation_id: band for band in await rows(demo.database, OrganisationSizeBand) if not band.ended_at
    }
    assert {id_: band.size_band for id_, band in present.items()} == {
        o.id: o.size_band for o in organisations if o.kind is OrganisationKind.COMPANY
    }
    assert len(await rows(demo.database, OrganisationSizeBand)) > len(present)


async def test_posts_bear_the_affiliation_of_their_day(demo: Demo) -> None:
    jobs = {job.id: job for job in await rows(demo.database, Affiliation)}
    posts = [(idea.author_id, idea.affiliation_id, idea.published_at) for idea in await rows(demo.database, Idea)]
    posts += [(c.author_id, c.affiliation_id, c.created_at) for c in await rows(demo.database, Comment)]
    for author, affiliation, moment in posts:
        job = jobs[affiliation]
        assert job.account_id == author
        assert job.started_at <= moment
        assert job.ended_at is None or moment < job.ended_at
    assert any(jobs[affiliation].ended_at for _, affiliation, _ in posts)


async def test_ideas_spread_over_two_years_of_workdays(demo: Demo) -> None:
    local = [idea.published_at.astimezone(SEOUL) for idea in await rows(demo.database, Idea)]
    assert timedelta(days=700) < max(local) - min(local) < timedelta(days=732)
    assert max(local) <= now()
    workdays = sum(moment.weekday() < 5 for moment in local)
    assert workdays > 0.8 * len(local)
    assert sum(8 <= moment.hour < 19 for moment in local) > 0.7 * len(local)


async def test_the_demo_accounts_can_sign_in_and_nobody_else(demo: Demo) -> None:
    found = {row.email: row for row in await rows(demo.database, Account, Account.password_hash.is_not(None))}
    assert set(found) == {account.email for account in accounts.ALL}
    assert len({row.password_hash for row in found.values()}) == 1
    assert (await verify_password(accounts.PASSWORD, found[accounts.MEMBER.email].password_hash)).matches
    assert [email for email, row in found.items() if row.is_operator] == [accounts.OPERATOR.email]
    assert {row.terms_version for row in await rows(demo.database, Account)} == {TERMS}
    async with demo.database.read() as connection:
        member, colleague, coordinator = [
            await load_actor(connection, found[account.email].id) for account in accounts.ALL[:3]
        ]
        home = await connection.scalar(select(MiniCluster.id).where(MiniCluster.code == HOME_MINI_CLUSTER))
    assert member is not None
    assert colleague is not None
    assert coordinator is not None
    assert home in member.own_mini_cluster_ids & colleague.own_mini_cluster_ids
    assert len(member.own_mini_cluster_ids) == 2
    assert home in coordinator.inner_mini_cluster_ids


async def test_the_member_has_ideas_and_sees_the_showcase(demo: Demo) -> None:
    member_row = (await rows(demo.database, Account, Account.email == accounts.MEMBER.email))[0]
    assert len(await rows(demo.database, Idea, Idea.author_id == member_row.id)) >= 1
    async with demo.database.read() as connection:
        member = await load_actor(connection, member_row.id)
        assert member is not None
        titles = set((await connection.scalars(select(Idea.title).where(visible_to(member)))).all())
        first = (
            await connection.execute(
                select(Account.email, Idea.published_at)
                .join(Account, Account.id == Idea.author_id)
                .where(Idea.title == showcase_ideas()[0].title)
            )
        ).one()
    assert {idea.title for idea in showcase_ideas()} <= titles
    assert first.email == accounts.COLLEAGUE.email
    assert now() - first.published_at < timedelta(days=10)


async def test_exclusions_are_of_others(demo: Demo) -> None:
    exclusions = await rows(demo.database, IdeaExclusion)
    assert len(exclusions) > 0
    ideas = {idea.id: idea for idea in await rows(demo.database, Idea)}
    present = {
        job.account_id: job.organisation_id for job in await rows(demo.database, Affiliation) if not job.ended_at
    }
    assert all(present[ideas[row.idea_id].author_id] != row.organisation_id for row in exclusions)
    assert {idea.id for idea in ideas.values() if idea.has_exclusions} == {row.idea_id for row in exclusions}


async def test_a_second_run_changes_nothing(demo: Demo) -> None:
    before = [await rows(demo.database, model) for model in (Account, Idea, Comment, MiniCluster, ConsortiumLink)]
    assert await load_demo(demo.database, DemoSize(), TERMS) is None
    assert before == [
        await rows(demo.database, model) for model in (Account, Idea, Comment, MiniCluster, ConsortiumLink)
    ]


async def test_new_rows_are_numbered_after_the_demo(database: Database) -> None:
    loaded = await load_demo(database, DemoSize(), TERMS)
    assert loaded is not None
    async with database.write() as session:
        account = Account(email="next@example.kr", name="다음")
        session.add(account)
    assert account.id == loaded.members + 1


async def test_it_stands_beside_what_was_there(database: Database) -> None:
    async with database.write() as session:
        session.add(Account(id=7_000, email="operator@example.kr", name="운영자", is_operator=True))
        session.add(Organisation(id=50, kind=OrganisationKind.COMPANY, name="㈜먼저", business_number="1248100998"))
    assert await load_demo(database, DemoSize(), TERMS) is not None
    demo = await rows(database, Account, Account.email != "operator@example.kr")
    assert min(account.id for account in demo) == 7_001
    assert len(await rows(database, Idea)) == DemoSize().ideas


async def test_the_same_seed_gives_the_same_data(database: Database, sqlite_twin: Database) -> None:
    for each in (database, sqlite_twin):
        await load_demo(each, DemoSize(ideas=40, comments=LEAST_COMMENTS), TERMS)
    for model, names in (
        (Account, ["id", "name", "email"]),
        (Organisation, ["name", "business_number", "size_band"]),
        (Membership, ["account_id", "mini_cluster_id", "role"]),
        (Idea, ["author_id", "title", "body", "visibility"]),
    ):
        one, other = [
            [[getattr(row, name) for name in names] for row in await rows(each, model)]
            for each in (database, sqlite_twin)
        ]
        assert one == other


@pytest.fixture
async def sqlite_twin(sqlite_template: Any, tmp_path: Any) -> Any:
    """A second database, of SQLite."""
    place = tmp_path / f"{uuid.uuid4().hex}.db"
    await asyncio.to_thread(place.write_bytes, sqlite_template.read_bytes())
    twin = Database(f"sqlite:///{place}")
    yield twin
    await twin.aclose()


@pytest.mark.parametrize("part", [IdeaWriter, ThreadWriter])
async def test_a_failure_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, part: type[IdeaWriter | ThreadWriter]
) -> None:
    wanted = part._write
    done = 0

    def fail_late(self: Any, *arguments: Any) -> None:
        nonlocal done
        done += 1
        if done == 50:
            raise RuntimeError("the machine went away")
        wanted(self, *arguments)

    monkeypatch.setattr(part, "_write", fail_late)
    with pytest.raises(RuntimeError, match="the machine went away"):
        await load_demo(database, DemoSize(), TERMS)
    async with database.read() as connection:
        for table in Model.metadata.sorted_tables:
            assert await connection.scalar(select(func.count()).select_from(table)) == 0, table.name


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"mini_clusters": 5}, "the programme has 46 mini-clusters"),
        ({"members": 100}, "46 mini-clusters need "),
        ({"members": 300, "mini_clusters": 100}, "100 mini-clusters need "),
        ({"ideas": 3}, "ask for 20 ideas"),
        ({"comments": 3}, "60 comments or more"),
    ],
)
def test_sizes_that_cannot_be_had(numbers: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DemoSize(**numbers)


async def test_the_smallest_demo_there_can_be(database: Database) -> None:
    smallest = DemoSize(members=least_members(46), ideas=20, comments=LEAST_COMMENTS)
    report = await load_demo(database, smallest, TERMS)
    assert report is not None
    assert (report.members, report.ideas, report.comments) == (least_members(46), 20, LEAST_COMMENTS)


async def test_the_roster_of_the_home_mini_cluster_shows_how_far_people_have_come(demo: Demo) -> None:
    found = Counter(row.state for row in await rows(demo.database, RosterRow))
    assert set(found) == set(RosterState)
    assert found[RosterState.VERIFIED] > 4
