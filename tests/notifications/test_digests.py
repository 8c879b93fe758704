"""Digests: due in the morning of the person, with what he has not read and still sees, ended by one click."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from app.announcements.events import AnnouncementMade
from app.core.localisation import Locale
from app.core.settings import Settings
from app.mail.transport import Mail, MailRefused, as_message, sender_address
from app.models import Account, Announcement, Digest, OutboxEvent
from app.models.ideas import Visibility
from app.models.notifications import DigestRhythm
from app.notifications.digest_mails import DigestSender
from app.notifications.digest_texts import LINES_AT_MOST, Told, digest_text
from app.notifications.digest_times import next_digest
from app.notifications.digests import dispatch_due_digests
from app.notifications.events import DigestDue
from app.notifications.quiet_hours import QuietHours
from app.notifications.unsubscribing import unsubscribe_token
from app.outbox.events import append
from tests.factories import Person
from tests.ideas_factory import change_status
from tests.notifications.story import TITLE, Story

KEY = b"a key of tests"
PATH = "/v1/me/notification-settings"
MONDAY = datetime(2026, 11, 29, 23, tzinfo=UTC)
"""Eight o'clock on a Monday in Seoul."""


class Mailbox:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.is_full = False

    async def send(self, mail: Mail) -> None:
        if self.is_full:
            raise MailRefused("smtp_550")
        self.mails.append(mail)

    async def aclose(self) -> None:
        pass


async def digest_of(story: Story, person: Person) -> Any:
    async with story.database.read() as connection:
        return (await connection.execute(select(*Digest.__table__.c).where(Digest.account_id == person.id))).one()


async def mailed(story: Story, quiet: QuietHours | None = None) -> list[Mail]:
    """The mails of all digests due now."""
    mailbox = Mailbox()
    await dispatch_due_digests(story.database, story.clock(), quiet)
    sender = DigestSender(story.database, mailbox, KEY, "https://api.example.kr")
    async with story.database.write() as session:
        events = (await session.scalars(select(OutboxEvent).where(OutboxEvent.kind == DigestDue.kind))).all()
        for event in events:
            await sender.send_digest(DigestDue.model_validate(event.payload))
            await session.delete(event)
    return mailbox.mails


async def settle(client: httpx.AsyncClient, person: Person, **changes: Any) -> None:
    body = {"quiet_hours": None, "hides_content": False, "choices": [], **changes}
    response = await client.put(PATH, json=body, headers=person.headers)
    assert response.status_code == 200, response.text


async def test_a_week_in_one_mail(story: Story, client: httpx.AsyncClient) -> None:
    author, reader, other = await story.person("박서준"), await story.person(), await story.person("박바다")
    await story.follow(reader)
    idea = await story.publish(author)
    secret = await story.publish(author, visibility=Visibility.NAMED, readers=[reader])
    gone = await story.publish(author)
    own = await story.idea(reader)
    await story.comment(own, other)
    await story.vote(own, other)
    await story.fan_out()
    due = (await digest_of(story, reader)).due_at
    assert due == next_digest(DigestRhythm.WEEKLY, story.clock(), "Asia/Seoul")
    async with story.database.write() as session:
        await change_status(session, gone, gone.status.WITHDRAWN)
    assert await mailed(story) == []
    await client.put(f"/v1/ideas/{own.public_id}/read-marker", headers=reader.headers)
    story.clock.at = due
    (mail,) = await mailed(story)
    assert (mail.to, mail.subject) == (reader.email, "[아이디어 저장소] 이번 주 읽지 않은 소식 2건")
    assert mail.text.startswith(f"메카트로닉스 미니클러스터\n- 새 아이디어\n- 새 아이디어: {TITLE}\n\n앱에서")
    assert idea.title == secret.title
    assert mail.unsubscribe_url is not None
    assert mail.unsubscribe_url in mail.text
    # What was told once is not told again; what comes later is.
    story.clock.forward(days=7)
    assert await mailed(story) == []
    await story.comment(own, other)
    await story.fan_out()
    story.clock.forward(days=7)
    (mail,) = await mailed(story)
    assert "새 댓글" in mail.text
    assert "새 아이디어" not in mail.text


async def test_who_wants_one_how_often_and_of_what(story: Story, client: httpx.AsyncClient) -> None:
    author, daily, none, picky = [await story.person(device=False) for _ in range(4)]
    await story.follow(daily, none, picky)
    await settle(client, daily, digest_rhythm="daily")
    await settle(client, none, digest_rhythm="off")
    path = f"/v1/mini-clusters/{story.mini_cluster.public_id}/notification-settings"
    choice = {"reason": "new_idea", "inbox": True, "push": False, "email_digest": False}
    shown = (await client.put(path, json={"choices": [choice]}, headers=picky.headers)).json()
    assert choice in shown["choices"]
    await story.publish(author)
    await story.fan_out()
    assert (await digest_of(story, none)).due_at is None
    planned = (await digest_of(story, daily)).due_at
    assert planned == next_digest(DigestRhythm.DAILY, story.clock(), "Asia/Seoul")
    async with story.database.read() as connection:
        assert await connection.scalar(select(Digest.account_id).where(Digest.account_id == picky.id)) is None
    await settle(client, daily, digest_rhythm="weekly")
    assert (await digest_of(story, daily)).due_at == next_digest(DigestRhythm.WEEKLY, story.clock(), "Asia/Seoul")
    await settle(client, daily)
    assert (await digest_of(story, daily)).rhythm is DigestRhythm.WEEKLY
    await settle(client, daily, digest_rhythm="off")
    story.clock.forward(days=8)
    assert await mailed(story) == []


async def test_quiet_hours_put_it_off(story: Story) -> None:
    author, reader = await story.person(), await story.person()
    await story.follow(reader)
    await story.publish(author)
    await story.fan_out()
    story.clock.at = (await digest_of(story, reader)).due_at
    quiet = QuietHours.parse("21:00-10:00")
    assert await mailed(story, quiet) == []
    assert (await digest_of(story, reader)).due_at == story.clock() + timedelta(hours=2)
    story.clock.forward(hours=2)
    (mail,) = await mailed(story, quiet)
    assert mail.to == reader.email


async def test_a_mailbox_that_is_gone_ends_it_and_an_announcement_stands_by_itself(story: Story) -> None:
    author, reader = await story.person(), await story.person(locale="en")
    announcement = Announcement(
        creation_digest=b"a" * 32, consortium_id=story.mini_cluster.consortium_id, author_id=author.id, title="공지",
        body="모입니다.", valid_until=story.clock() + timedelta(days=30),
    )  # fmt: skip
    await story.add(announcement)
    async with story.database.write() as session:
        await session.execute(update(Account).where(Account.id == reader.id).values(locale=Locale.ENGLISH))
    event = DigestDue(account_id=reader.id, after_item_id=0, up_to_item_id=9)
    mailbox = Mailbox()
    sender = DigestSender(story.database, mailbox, KEY, None)
    await sender.send_digest(event)
    assert mailbox.mails == []
    async with story.database.write() as session:
        await append(session, AnnouncementMade(announcement_id=announcement.id))
    await story.fan_out()
    mailbox.is_full = True
    await sender.send_digest(event)
    mailbox.is_full = False
    await sender.send_digest(event)
    (mail,) = mailbox.mails
    assert mail.subject == "Idea Storage this week: 1 thing you have not read"
    assert mail.text.startswith("For all\n- New announcement: 공지\n")
    assert mail.unsubscribe_url is None


async def test_one_click_ends_it_and_following_the_link_does_not(
    story: Story, client: httpx.AsyncClient, settings: Settings
) -> None:
    person = await story.person()
    path = f"/unsubscribe/{unsubscribe_token(settings.signing_key, person.public_id)}"
    page = await client.get(path)
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await client.get(PATH, headers=person.headers)).json()["digest_rhythm"] == "weekly"
    for _ in range(2):
        done = await client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "이제 이 메일을 보내지 않습니다" in done.text) == (200, True)
    shown = (await client.get(PATH, headers=person.headers)).json()
    assert (shown["digest_rhythm"], shown["quiet_hours"] is None) == ("off", False)
    for wrong in ("x", path[:-1], f"{path[13:-2]}AA", "%00", "한글"):
        for method in ("GET", "POST"):
            refused = await client.request(method, f"/unsubscribe/{wrong}")
            assert refused.status_code == 404, wrong


def test_the_mail_says_how_to_unsubscribe_in_a_header_of_one_line() -> None:
    url = f"https://api.example.kr/a/long/path/unsubscribe/{'x' * 60}"
    mail = Mail(to="a@b.kr", subject="s", text="t", locale=Locale.KOREAN, reference="digest.1", unsubscribe_url=url)
    wire = as_message(mail, sender_address("Idea Storage <no-reply@example.kr>")).as_bytes().decode()
    assert f"<{url}>\r\n" in wire
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in wire
    with pytest.raises(ValueError, match="unsubscribe_url"):
        Mail(to="a@b.kr", subject="s", text="t", locale=Locale.KOREAN, reference="r", unsubscribe_url="https://a\r\nb")


def test_a_long_digest_is_cut() -> None:
    told = [Told(reason, "제목", None, None) for reason in ["new_idea"] * (LINES_AT_MOST + 2)]  # type: ignore[arg-type]
    _, text = digest_text(told, Locale.ENGLISH, DigestRhythm.DAILY, None)
    assert text.count("New idea: 제목") == LINES_AT_MOST
    assert "and 2 other things" in text


@pytest.mark.parametrize(
    ("rhythm", "at", "expected"),
    [
        (DigestRhythm.DAILY, MONDAY - timedelta(seconds=1), MONDAY),
        (DigestRhythm.DAILY, MONDAY, MONDAY + timedelta(days=1)),
        (DigestRhythm.WEEKLY, MONDAY - timedelta(days=6), MONDAY),
        (DigestRhythm.WEEKLY, MONDAY - timedelta(seconds=1), MONDAY),
        (DigestRhythm.WEEKLY, MONDAY, MONDAY + timedelta(days=7)),
    ],
)
def test_when_it_is_due(rhythm: DigestRhythm, at: datetime, expected: datetime) -> None:
    assert next_digest(rhythm, at, "Asia/Seoul") == expected
