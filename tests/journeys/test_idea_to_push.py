"""The main way, from outside: sign in on a phone, post, get a colleague's comment and vote, and the push for them."""

import asyncio
import concurrent.futures
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.core.ids import new_public_id
from tests.conftest import ENGINES, empty_database
from tests.factories import Factory
from tests.fcm_server import FcmServer, throwaway_service_account
from tests.journeys.phone import Phone
from tests.journeys.real_server import command_environment, run_command, running_server
from tests.smtp_server import SmtpServer

PASSWORD = "correct-horse-기계-배터리"


@dataclass
class Place:
    """A running installation with one mini-cluster, and another one."""

    address: str
    mini_cluster_id: str
    other_mini_cluster_id: str
    fcm: FcmServer
    mails: SmtpServer
    operator: Phone
    phones: list[Phone] = field(default_factory=list)

    def account(self, name: str, mini_cluster_id: str) -> Phone:
        """An account as an operator makes it, on a phone that has signed in by mailed code."""
        firm = {"id": str(new_public_id()), "kind": "company", "name": f"㈜{name}정밀", "size_band": "under_50"}
        organisation = self.operator.call("POST", "/v1/organisations", status=201, json=firm)
        email = f"{new_public_id().hex}@journey.example"
        self.operator.call(
            "POST",
            "/v1/accounts",
            status=201,
            json={
                "id": str(new_public_id()),
                "email": email,
                "name": name,
                "organisation_id": organisation["id"],
                "position": "책임연구원",
                "memberships": [{"mini_cluster_id": mini_cluster_id, "role": "member"}],
            },
        )
        phone = Phone(self.address, email)
        phone.sign_in_by_code(self.mails)
        self.phones.append(phone)
        return phone


@pytest.fixture(scope="module", params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Server, worker, FCM stand-in and mail server, all running, with two mini-clusters of different consortia."""
    folder = tmp_path_factory.mktemp("journey")
    with empty_database(request.param, folder, request) as database_url, FcmServer() as fcm, SmtpServer() as mails:
        mini_clusters = asyncio.run(two_mini_clusters(database_url))
        environment = command_environment(
            database_url,
            FCM_CREDENTIALS_JSON=json.dumps(throwaway_service_account(fcm)),
            FCM_BASE_URL=fcm.base_url,
            MAIL_TRANSPORT="smtp",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(mails.port),
            SMTP_SECURITY="none",
        )
        run_command(
            environment,
            *("create-operator", "--email", "operator@journey.example", "--name", "운영자", "--password", PASSWORD),
        )
        with running_server(environment, folder / "server.log") as address:
            operator = Phone(address, "operator@journey.example")
            operator.sign_in_by_password(PASSWORD)
            place = Place(address, *mini_clusters, fcm, mails, operator)
            yield place
            for phone in [operator, *place.phones]:
                phone.http.close()


async def two_mini_clusters(database_url: str) -> tuple[str, str]:
    """Their public ids."""
    database = Database(database_url, pool_size=1)
    factory = Factory(database)
    first, second = await factory.mini_cluster(), await factory.mini_cluster(name_ko="공작기계")
    await database.aclose()
    return str(first.public_id), str(second.public_id)


def wait_until(condition: Callable[[], object], seconds: float = 40) -> None:
    """Wait for what the worker does in its own time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still not so after {seconds} s"
        time.sleep(0.1)


def post_idea(phone: Phone, mini_cluster_id: str) -> dict[str, Any]:
    idea: dict[str, Any] = phone.call(
        "POST",
        "/v1/ideas",
        status=201,
        json={
            "id": str(new_public_id()),
            "mini_cluster_id": mini_cluster_id,
            "title": "협동로봇 버 제거",
            "body": "가공 후 **버 제거**를 자동화할 파트너를 찾습니다.",
        },
    )
    return idea


def test_a_comment_and_a_vote_reach_the_authors_phone_and_no_other(place: Place) -> None:
    author = place.account("김하늘", place.mini_cluster_id)
    colleague = place.account("이바다", place.mini_cluster_id)
    stranger = place.account("박산", place.other_mini_cluster_id)
    token = author.register()
    others = {colleague.register(), stranger.register()}
    idea = post_idea(author, place.mini_cluster_id)
    assert idea["id"] not in [item["id"] for item in stranger.call("GET", "/v1/feeds/home")["items"]]
    assert stranger.call("GET", f"/v1/ideas/{idea['id']}", status=404)["code"] == "not_found"
    seen = colleague.call("GET", "/v1/feeds/home")["items"][0]
    assert (seen["id"], seen["author"]["name"], seen["is_unread"]) == (idea["id"], "김하늘", True)

    comment = {"id": str(new_public_id()), "body": "저희 회사에 시험 셀이 있습니다. 같이 해 보시죠."}
    colleague.call("POST", f"/v1/ideas/{idea['id']}/comments", status=201, json=comment)
    vote = colleague.call("PUT", f"/v1/ideas/{idea['id']}/vote")
    assert (vote["my_vote"], vote["vote_count"]) == (True, 1)

    wait_until(lambda: len(place.fcm.accepted(token)) >= 2)
    sent = place.fcm.accepted(token)
    by_channel = {message["android"]["notification"]["channel_id"]: message for message in sent}
    told = by_channel["responses"]
    assert "협동로봇 버 제거" in told["notification"]["title"]
    assert "이바다" in told["notification"]["body"]
    assert "시험 셀이 있습니다" in told["notification"]["body"]
    assert told["android"]["notification"]["tag"] == f"idea-{idea['id']}-responses"
    assert told["data"]["idea_id"] == idea["id"]
    assert told["data"]["comment_id"] == comment["id"]
    assert told["data"]["deep_link"] == f"ideastorage://ideas/{idea['id']}?comment={comment['id']}"
    assert by_channel["votes"]["android"]["notification"]["tag"] == f"idea-{idea['id']}-votes"
    time.sleep(1)
    assert len(place.fcm.accepted(token)) == 2
    assert others.isdisjoint(send.token for send in place.fcm.sends)

    # What other tests post in the mini-cluster is told to its new member, too.
    inbox = [item for item in author.call("GET", "/v1/inbox")["items"] if item["reason"] != "new_idea"]
    assert sorted(item["reason"] for item in inbox) == ["comment", "vote"]
    assert author.call("GET", "/v1/me")["unread_count"] >= 2
    author.call("PUT", f"/v1/ideas/{idea['id']}/read-marker")
    unread = author.call("GET", "/v1/inbox?unread_only=true")["items"]
    assert {item["reason"] for item in unread} <= {"new_idea"}


def test_signed_out_phone_gets_no_push(place: Place) -> None:
    author = place.account("김하늘", place.mini_cluster_id)
    colleague = place.account("이바다", place.mini_cluster_id)
    silenced, awaited = author.register(), colleague.register()
    idea = post_idea(author, place.mini_cluster_id)
    author.call("DELETE", "/v1/me/sessions/current", status=204)
    assert author.http.get("/v1/me").status_code == 401
    theirs = post_idea(colleague, place.mini_cluster_id)
    colleague.call(
        "POST",
        f"/v1/ideas/{idea['id']}/comments",
        status=201,
        json={"id": str(new_public_id()), "body": "답을 기다립니다."},
    )
    author.sign_in_by_code(place.mails)
    wait_until(lambda: "comment" in {item["reason"] for item in author.call("GET", "/v1/inbox")["items"]})
    author.call("PUT", f"/v1/ideas/{theirs['id']}/vote")
    wait_until(lambda: place.fcm.accepted(awaited))
    assert silenced not in {send.token for send in place.fcm.sends}


def test_a_write_sent_three_times_at_once_has_one_effect(place: Place) -> None:
    author = place.account("김하늘", place.mini_cluster_id)
    idea = post_idea(author, place.mini_cluster_id)
    body = {"id": str(new_public_id()), "body": "세 번 보낸 댓글"}
    headers = {**author.http.headers, "Idempotency-Key": new_public_id().hex}

    def send(_number: int) -> httpx.Response:
        path = f"{place.address}/v1/ideas/{idea['id']}/comments"
        return httpx.post(path, json=body, headers=headers, timeout=20, trust_env=False)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        responses = list(pool.map(send, range(3)))
    statuses = [response.status_code for response in responses]
    assert set(statuses) <= {201, 409}, [response.text for response in responses]
    assert 201 in statuses
    assert send(4).status_code == 201, "once the first is done, a retry gets its reply"
    assert author.call("GET", f"/v1/ideas/{idea['id']}")["comment_count"] == 1
    assert len(author.call("GET", f"/v1/ideas/{idea['id']}/comments")["items"]) == 1
