"""Who is let in at all: whoever bears a good token and has consented to the present terms of use."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Unauthenticated
from app.identity.actor import Actor
from app.identity.errors import TermsRequired

WITHOUT_TERMS: Mapping[str, bool] = {"x-without-terms": True}
"""Marks (``openapi_extra=``) a route that serves without consent, and says so in the document.

Those are the routes by which a person sees what is asked, consents, leaves, or takes what is his with him.
"""


@dataclass(frozen=True)
class Admission:
    """What a route asks of whoever calls it."""

    terms_version: str
    needs_terms: bool

    def admit(self, actor: Actor | None) -> Actor:
        """Let an actor pass.

        :raises Unauthenticated: there is none.
        :raises TermsRequired: newer terms wait for consent.
        """
        if actor is None:
            raise Unauthenticated
        if self.needs_terms and actor.terms_version != self.terms_version:
            raise TermsRequired
        return actor
