"""The whole table of answers of the push service: what becomes of the delivery, the device and the sender."""

from datetime import timedelta

import anyio
import pytest

from app.models import Delivery, Device, Idea
from app.models.notifications import DeliveryState, DeviceEnd
from app.notifications.breaker import PAUSE
from app.notifications.jobs import TIME_TO_LIVE
from app.notifications.sender import Sender
from app.outbox.pacing import Pace, Wakeup
from app.push.transport import OutcomeKind, PushMessage, PushOutcome
from tests.factories import Person
from tests.notifications.story import Story, token_of, until
from tests.push.recording import OUTCOMES, Situation


@pytest.fixture
async def author(story: Story) -> Person:
    return await story.person()


@pytest.fixture
async def idea(story: Story, author: Person) -> Idea:
    idea = await story.idea(author)
    await story.comment(idea, await story.person(device=False))
    await story.fan_out()
    await story.dispatch()
    return idea


def of_kind(*kinds: OutcomeKind) -> list[Situation]:
    return [situation for situation in Situation if OUTCOMES[situation].kind in kinds]


def test_every_answer_is_in_this_table() -> None:
    assert {outcome.kind for outcome in OUTCOMES.values()} == set(OutcomeKind)


@pytest.mark.parametrize("situation", of_kind(OutcomeKind.SENT))
async def test_sent(story: Story, idea: Idea, situation: Situation) -> None:
    story.transport.answer_with(situation)
    assert await story.send() == 1
    assert await story.codes() == [("sent", OUTCOMES[situation].code or "sent")]


@pytest.mark.parametrize("situation", of_kind(OutcomeKind.RETRY, OutcomeKind.RATE_LIMITED))
async def test_tried_again_never_before_it_was_allowed(story: Story, idea: Idea, situation: Situation) -> None:
    outcome = OUTCOMES[situation]
    assert outcome.retry_after is not None
    at = story.clock()
    story.transport.answer_with(situation)
    assert await story.send() == 1
    (delivery,) = await story.rows(Delivery)
    assert (delivery.state, delivery.attempts, delivery.last_code, delivery.lease_until, delivery.settled_at) == (
        DeliveryState.PENDING, 1, outcome.code, None, None
    )  # fmt: skip
    wait = (delivery.not_before - at).total_seconds()
    assert outcome.retry_after <= wait <= outcome.retry_after * 1.25
    story.clock.forward(seconds=wait - 0.001)
    assert await story.send() == 0
    story.clock.forward(seconds=0.001)
    assert await story.send() == 1
    assert await story.codes() == [("sent", "sent")]


@pytest.mark.parametrize(("situation", "first"), [(Situation.BAD_GATEWAY, 10), (Situation.QUOTA_EXCEEDED, 60)])
async def test_waits_double_until_the_push_is_stale(
    story: Story, idea: Idea, situation: Situation, first: float
) -> None:
    began = story.clock()
    story.transport.always_answer(situation)
    waits = []
    while await story.send():
        (delivery,) = await story.rows(Delivery)
        if delivery.state is not DeliveryState.PENDING:
            break
        waits.append((delivery.not_before - story.clock()).total_seconds())
        story.clock.at = delivery.not_before
    for number, wait in enumerate(waits):
        longest = min(first * 2**number, 3600)
        assert longest <= wait <= longest * 1.25
    assert await story.codes() == [("dead", OUTCOMES[situation].code)]
    assert began + TIME_TO_LIVE - timedelta(hours=1.25) <= story.clock() < began + TIME_TO_LIVE
    assert len(story.transport.sent) == len(waits) + 1
    assert [message.ttl_seconds for message in story.transport.sent] == sorted(
        (message.ttl_seconds for message in story.transport.sent), reverse=True
    )


@pytest.mark.parametrize("situation", of_kind(OutcomeKind.TOKEN_DEAD))
async def test_a_dead_token_silences_the_device_at_once(
    story: Story, author: Person, idea: Idea, situation: Situation
) -> None:
    other = await story.person(device=False)
    good = await story.device(other, "good-phone")
    await story.comment(await story.idea(author), other)
    await story.vote(await story.idea(other), author)
    await story.fan_out()
    await story.dispatch()
    story.transport.always_answer(situation, token_of(author))
    await story.send()
    assert len(story.transport.sent_to(token_of(author))) == 1
    assert len(story.transport.sent_to("good-phone")) == 1
    reason = DeviceEnd.UNREGISTERED if situation is Situation.UNREGISTERED else DeviceEnd.TOKEN_REJECTED
    devices = {row.id == good: row for row in await story.rows(Device)}
    assert (devices[False].disabled_reason, devices[False].disabled_at) == (reason, story.clock())
    assert devices[True].disabled_at is None
    codes = [("dropped", OUTCOMES[situation].code), ("dropped", reason.value), ("sent", "sent")]
    assert sorted(await story.codes()) == sorted(codes)


async def test_a_sender_mismatch_silences_the_device_and_is_kept(story: Story, author: Person, idea: Idea) -> None:
    story.transport.always_answer(Situation.SENDER_MISMATCH)
    await story.send()
    assert await story.codes() == [("dead", "SENDER_ID_MISMATCH")]
    (device,) = await story.rows(Device)
    assert device.disabled_reason is DeviceEnd.SENDER_MISMATCH


async def test_a_token_renewed_meanwhile_stays(story: Story, author: Person, idea: Idea) -> None:
    """The phone registered a new token while the old one was being found dead."""

    class Renewing:
        async def send(self, _message: PushMessage) -> PushOutcome:
            (device,) = await story.rows(Device)
            await story.change(Device, device.id, token="renewed")
            return OUTCOMES[Situation.UNREGISTERED]

        async def aclose(self) -> None: ...

    assert await Sender(story.database, Renewing(), clock=story.clock).send_one()
    (device,) = await story.rows(Device)
    assert (device.token, device.disabled_at) == ("renewed", None)


@pytest.mark.parametrize("situation", of_kind(OutcomeKind.PAYLOAD_REJECTED))
async def test_a_refused_payload_is_a_dead_letter(
    story: Story, author: Person, idea: Idea, situation: Situation
) -> None:
    story.transport.always_answer(situation)
    await story.send()
    assert await story.codes() == [("dead", OUTCOMES[situation].code)]
    (device,) = await story.rows(Device)
    assert device.disabled_at is None


@pytest.mark.parametrize("situation", of_kind(OutcomeKind.CREDENTIALS_REJECTED))
async def test_refused_credentials_pause_all_sending(story: Story, idea: Idea, situation: Situation) -> None:
    author = await story.person()
    await story.comment(await story.idea(author), await story.person(device=False))
    await story.fan_out()
    await story.dispatch()
    story.transport.answer_with(situation)
    sender = story.sender
    assert await sender.send_one()
    assert not await sender.send_one()
    story.clock.forward(seconds=PAUSE.total_seconds() - 1)
    assert not await sender.send_one()
    refused, untouched = await story.rows(Delivery)
    assert (refused.state, refused.attempts, refused.last_code) == (
        DeliveryState.PENDING, 0, OUTCOMES[situation].code
    )  # fmt: skip
    assert untouched.last_code is None
    story.clock.forward(seconds=1)
    assert [await sender.send_one() for _ in range(3)] == [True, True, False]
    assert await story.codes() == [("sent", "sent")] * 2


async def test_a_transport_that_fails_by_itself_is_tried_again(story: Story, idea: Idea) -> None:
    class Broken:
        async def send(self, _message: PushMessage) -> PushOutcome:
            raise RuntimeError("told to fail")

        async def aclose(self) -> None: ...

    assert await Sender(story.database, Broken(), clock=story.clock).send_one()
    assert await story.codes() == [("pending", "RuntimeError")]


async def test_a_code_from_outside_cannot_do_harm(story: Story, idea: Idea) -> None:
    class Hostile:
        async def send(self, _message: PushMessage) -> PushOutcome:
            return PushOutcome(OutcomeKind.PAYLOAD_REJECTED, code="\x00\ud800" + "x" * 500)

        async def aclose(self) -> None: ...

    assert await Sender(story.database, Hostile(), clock=story.clock).send_one()
    assert await story.codes() == [("dead", "__" + "x" * 62)]


class Gate:
    """A transport that holds pushes back until it is opened."""

    def __init__(self) -> None:
        self.opened = anyio.Event()
        self.waiting = 0
        self.most = 0
        self.sent = 0

    async def send(self, _message: PushMessage) -> PushOutcome:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.opened.wait()
        self.waiting -= 1
        self.sent += 1
        return PushOutcome(OutcomeKind.SENT)

    async def aclose(self) -> None: ...


class TestRunning:
    """The sender as the worker runs it."""

    @pytest.fixture
    async def pending(self, story: Story) -> int:
        """Some deliveries that are due."""
        author, other = await story.person(), await story.person(device=False)
        for _ in range(9):
            await story.comment(await story.idea(author), other)
        await story.fan_out()
        await story.dispatch()
        return 9

    async def test_several_are_in_flight_but_not_more_than_allowed(self, story: Story, pending: int) -> None:
        gate, stop, wakeup = Gate(), anyio.Event(), Wakeup()
        sender = Sender(story.database, gate, max_in_flight=4, clock=story.clock)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sender.run, stop, wakeup, Pace(0.01, 0.05))
                await until(lambda: gate.waiting >= 4)
                await anyio.sleep(0.2)
                assert (gate.waiting, gate.most) == (4, 4)
                gate.opened.set()
                await until(lambda: gate.sent >= pending)
                stop.set()
                wakeup.set()
        assert gate.most == 4
        assert await story.codes() == [("sent", "sent")] * pending

    async def test_one_that_hangs_holds_up_no_other(self, story: Story, pending: int) -> None:
        """A slow answer must not keep later pushes from leaving."""

        class OneHangs(Gate):
            async def send(self, message: PushMessage) -> PushOutcome:
                if self.waiting == 0:
                    return await super().send(message)
                self.sent += 1
                return PushOutcome(OutcomeKind.SENT)

        gate, stop, wakeup = OneHangs(), anyio.Event(), Wakeup()
        sender = Sender(story.database, gate, max_in_flight=2, clock=story.clock)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sender.run, stop, wakeup, Pace(0.01, 0.05))
                await until(lambda: gate.sent >= pending - 1)
                gate.opened.set()
                stop.set()
                wakeup.set()
        assert gate.sent == pending

    async def test_what_is_in_flight_is_finished_at_the_end(self, story: Story, pending: int) -> None:
        gate, stop, wakeup = Gate(), anyio.Event(), Wakeup()
        sender = Sender(story.database, gate, max_in_flight=3, clock=story.clock)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sender.run, stop, wakeup, Pace(0.01, 0.05))
                await until(lambda: gate.waiting >= 3)
                stop.set()
                wakeup.set()
                await anyio.sleep(0.05)
                gate.opened.set()
        assert sorted(await story.codes(), key=str) == [("pending", None)] * (pending - 3) + [("sent", "sent")] * 3
