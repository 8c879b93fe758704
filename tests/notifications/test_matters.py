"""Telling a person that his application was decided, and those who keep a place of what waits there."""

from datetime import UTC, datetime

import httpx
import pytest

from app.consortia.applications.events import ApplicationDecided, ApplicationWaiting
from app.ideas.events import CaseOpened
from app.models import Application, Case, NotificationSettings, Report
from app.models.applications import ApplicationState
from app.models.memberships import MemberRole
from app.models.moderation import CaseOutcome, CaseState, ReportReason
from app.models.notifications import PushTopic
from app.models.organisations import OrganisationKind
from app.notifications.working_hours import working_time
from app.outbox.events import Event, append
from tests.factories import Person
from tests.notifications.story import Story, token_of

NOON = datetime(2026, 11, 30, 3, tzinfo=UTC)
"""A Monday in Seoul."""


async def happens(story: Story, event: Event) -> None:
    async with story.database.write() as session:
        await append(session, event)


async def apply(story: Story, applicant: Person) -> Application:
    application = Application(
        creation_digest=b"a" * 32,
        account_id=applicant.id,
        mini_cluster_id=story.mini_cluster.id,
        organisation_name="㈜새벽정밀",
        organisation_kind=OrganisationKind.COMPANY,
        position="대표",
        reason="함께하고 싶습니다.",
    )
    await story.add(application)
    await happens(story, ApplicationWaiting(application_id=application.id, is_reminder=False))
    return application


async def report(story: Story, author: Person, reporter: Person) -> Case:
    idea = await story.idea(author)
    case = Case(idea_id=idea.id, weight=1, report_count=1)
    await story.add(case)
    await story.add(
        Report(
            creation_digest=b"r" * 32, case_id=case.id, reporter_id=reporter.id, reason=ReportReason.SPAM, words="광고"
        )
    )
    await happens(story, CaseOpened(case_id=case.id))
    return case


async def staff(story: Story, role: MemberRole = MemberRole.MANAGER) -> Person:
    person = await story.factory.person(story.mini_cluster, name="매니저", role=role)
    await story.device(person)
    return person


async def inbox(client: httpx.AsyncClient, person: Person) -> list[dict[str, object]]:
    items: list[dict[str, object]] = (await client.get("/v1/inbox", headers=person.headers)).json()["items"]
    return items


async def test_what_waits_is_told_to_managers_bundled_until_it_is_decided(
    story: Story, client: httpx.AsyncClient
) -> None:
    manager, author, reporter = await staff(story), await story.person(), await story.person()
    coordinator = await story.factory.person()
    applicant = await story.factory.person(name="신청자")
    application = await apply(story, applicant)
    await happens(story, ApplicationWaiting(application_id=application.id, is_reminder=True))
    case = await report(story, author, reporter)
    await story.fan_out()
    assert await story.told() == [(manager.id, "waiting")] * 2
    due = (await story.job(manager, PushTopic.QUEUE)).due_at
    assert due == working_time(story.clock(), "Asia/Seoul")
    story.clock.at = due
    await story.work()
    (push,) = story.transport.sent
    assert (push.token, push.title) == (token_of(manager), "처리할 일이 있습니다")
    assert (push.body, push.channel_id, push.badge) == ("가입 신청 1건, 신고·점검 1건", "moderation", 2)
    assert push.data["kind"] == "waiting"
    of_case, of_application = await inbox(client, manager)
    assert (of_case["case_id"], of_case["idea"]) == (str(case.public_id), None)
    assert of_application["application_id"] == str(application.public_id)
    # Neither who applies nor who reported is named: reading that is recorded, this is not.
    assert {item["actor"]["name"] for item in (of_case, of_application)} == {"매니저"}  # type: ignore[index]

    await story.change(Application, application.id, state=ApplicationState.WITHDRAWN, closed_at=story.clock())
    await story.change(Case, case.id, state=CaseState.CLOSED, outcome=CaseOutcome.DISMISSED, closed_at=story.clock())
    assert await inbox(client, manager) == []
    assert await inbox(client, coordinator) == []


async def test_a_case_goes_to_somebody_who_handles_it_and_did_not_report_it(story: Story) -> None:
    manager = await staff(story)
    consortium = await story.factory.consortium()
    story.mini_cluster = await story.factory.mini_cluster(consortium)
    own_manager = await staff(story)
    coordinator = await story.factory.person(coordinates=consortium)
    reporter = await story.person()
    await report(story, own_manager, reporter)  # about himself
    await report(story, reporter, own_manager)
    await story.fan_out()
    assert await story.told() == [(coordinator.id, "waiting")]
    assert manager.id != own_manager.id


async def test_an_applicant_is_told_in_his_language_and_spared_if_he_wants(
    story: Story, client: httpx.AsyncClient
) -> None:
    applicant = await story.factory.person(name="신청자")
    await story.device(applicant, locale="en")
    deaf = await story.factory.person()
    await story.add(
        NotificationSettings(
            account_id=deaf.id, without_inbox=["application_decided"], without_push=["application_decided"]
        )
    )
    for person, state in ((applicant, ApplicationState.DECLINED), (deaf, ApplicationState.ADMITTED)):
        application = await apply(story, person)
        values = {"state": state, "closed_at": story.clock(), "decided_by_id": applicant.id}
        await story.change(Application, application.id, **values)
        await happens(story, ApplicationDecided(application_id=application.id, account_id=person.id))
    await story.work()
    assert await story.told() == [(applicant.id, "application_decided")]
    (push,) = story.transport.sent
    assert push.title == "Your application · Mechatronics mini-cluster"
    assert (push.body, push.tag) == ("It was declined. The app tells you why.", "applications")
    assert push.data["mini_cluster_id"] == str(story.mini_cluster.public_id)
    (item,) = await inbox(client, applicant)
    assert item["reason"] == "application_decided"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON, NOON),
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), datetime(2026, 11, 30, 0, tzinfo=UTC)),  # Monday, 8:59
        (datetime(2026, 11, 30, 9, 0, tzinfo=UTC), datetime(2026, 12, 1, 0, tzinfo=UTC)),  # six o'clock
        (datetime(2026, 12, 4, 9, 0, tzinfo=UTC), datetime(2026, 12, 7, 0, tzinfo=UTC)),  # Friday evening
        (datetime(2026, 12, 5, 3, 0, tzinfo=UTC), datetime(2026, 12, 7, 0, tzinfo=UTC)),  # Saturday
    ],
)
def test_working_hours(at: datetime, expected: datetime) -> None:
    assert working_time(at, "Asia/Seoul") == expected
