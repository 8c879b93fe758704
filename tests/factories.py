"""Rows for tests, made through the models: a place of consortia, mini-clusters, organisations and members."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.database import Database
from app.core.ids import new_public_id
from app.core.settings import Settings
from app.core.tokens import new_token, token_digest
from app.models import (
    AccessToken,
    Account,
    Affiliation,
    Block,
    Consortium,
    ConsortiumLink,
    CoordinatorRole,
    Membership,
    MiniCluster,
    Model,
    Organisation,
    Session,
)
from app.models.memberships import MemberRole
from app.models.organisations import OrganisationKind
from app.models.programme import ConsortiumKind, LinkState

RowT = TypeVar("RowT", bound=Model)
TERMS = str(Settings.model_fields["terms_version"].default)
"""The present terms, to which everybody made here has consented."""
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """An account with a session, as tests use it."""

    id: int
    public_id: uuid.UUID
    email: str
    name: str
    session_id: int
    token: str
    organisation_id: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The request headers that speak for this person."""
        return {"Authorization": f"Bearer {self.token}"}


class Factory:
    """Makes rows, each call in a transaction of its own, and gives back what tests need of them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def consortium(
        self, name_ko: str = "동남권 클러스터", kind: ConsortiumKind = ConsortiumKind.REGIONAL
    ) -> Consortium:
        """A consortium; a theme one ends in a year."""
        ends_on = (now() + timedelta(days=365)).date() if kind is ConsortiumKind.THEME else None
        return await self._add(
            Consortium(code=f"c{next(_numbers)}", kind=kind, name_ko=name_ko, name_en="Southeast", ends_on=ends_on)
        )

    async def mini_cluster(self, consortium: Consortium | None = None, name_ko: str = "메카트로닉스") -> MiniCluster:
        """A mini-cluster of ``consortium``, or of a new one."""
        home = consortium or await self.consortium()
        return await self._add(
            MiniCluster(
                consortium_id=home.id,
                code=f"m{next(_numbers)}",
                industry="mechatronics",
                name_ko=name_ko,
                name_en="Mechatronics",
            )
        )

    async def organisation(
        self, name: str = "㈜한성금형", kind: OrganisationKind = OrganisationKind.COMPANY
    ) -> Organisation:
        """An organisation."""
        return await self._add(Organisation(kind=kind, name=f"{name} {next(_numbers)}"))

    async def person(
        self,
        *mini_clusters: MiniCluster,
        name: str = "김하늘",
        role: MemberRole = MemberRole.MEMBER,
        organisation: Organisation | None = None,
        coordinates: Consortium | None = None,
        is_operator: bool = False,
        password_hash: str | None = None,
    ) -> Person:
        """A signed-in person with an employer, memberships and roles."""
        employer = organisation or await self.organisation()
        email = f"person{next(_numbers)}@example.kr"
        async with self.database.write() as session:
            account = Account(
                email=email,
                name=name,
                is_operator=is_operator,
                password_hash=password_hash,
                terms_version=TERMS,
                terms_accepted_at=now(),
            )
            session.add(account)
            await session.flush()
            session.add(Affiliation(account_id=account.id, organisation_id=employer.id, position="책임연구원"))
            session.add_all(
                Membership(account_id=account.id, mini_cluster_id=mini_cluster.id, role=role)
                for mini_cluster in mini_clusters
            )
            if coordinates:
                session.add(CoordinatorRole(account_id=account.id, consortium_id=coordinates.id))
            session_id, token = await self._sign_in(session, account.id)
        return Person(account.id, account.public_id, email, name, session_id, token, employer.id)

    async def _sign_in(self, session: AsyncSession, account_id: int) -> tuple[int, str]:
        signed_in = Session(
            account_id=account_id,
            installation_id=f"installation-{next(_numbers)}",
            device_name="Galaxy S26",
            expires_at=now() + timedelta(days=180),
        )
        session.add(signed_in)
        await session.flush()
        token = new_token("isa")
        session.add(
            AccessToken(digest=token_digest(token), session_id=signed_in.id, expires_at=now() + timedelta(minutes=15))
        )
        return signed_in.id, token

    async def link(self, first: Consortium, second: Consortium, state: LinkState = LinkState.ACTIVE) -> ConsortiumLink:
        """A link between two consortia."""
        low, high = sorted((first.id, second.id))
        return await self._add(ConsortiumLink(first_id=low, second_id=high, proposed_by_id=low, state=state))

    async def block(self, blocker: Person, blocked: Person) -> None:
        """One person blocks another."""
        await self._add(Block(blocker_id=blocker.id, blocked_id=blocked.id))

    async def _add(self, row: RowT) -> RowT:
        async with self.database.write() as session:
            session.add(row)
        return row


def client_id() -> str:
    """An id as a phone makes it."""
    return str(new_public_id())
