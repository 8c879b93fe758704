"""Asking again, as endpoints receive it."""

from typing import Annotated

from fastapi import Depends

from app.identity.dependencies import DetachedActor
from app.identity.reauthentication.service import Reauthentication
from app.web.client_address import ClientAddress
from app.web.connections import InjectedResources


def _again(resources: InjectedResources, client_address: ClientAddress, actor: DetachedActor) -> Reauthentication:
    return Reauthentication(resources.database, resources.settings.signing_key, client_address, actor)


Again = Annotated[Reauthentication, Depends(_again)]
"""``await again.do(proof, act)``: an act for which the signed-in person shows again who he is."""
