"""Who is let in at all: by a good token, with consent to the present terms, staff with a second factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Unauthenticated
from app.core.settings import Settings
from app.identity.actor import Actor
from app.identity.errors import SecondFactorRequired, TermsRequired

WITHOUT_TERMS: Mapping[str, bool] = {"x-without-terms": True}
"""Marks (``openapi_extra=``) a route that serves without consent, and says so in the document.

Those are the routes by which a person sees what is asked, consents, leaves, or takes what is his with him. They serve
staff without a second factor, too.
"""
WITHOUT_SECOND_FACTOR: Mapping[str, bool] = {"x-without-second-factor": True}
"""Marks a route by which staff set up the second factor that all others ask them for."""


@dataclass(frozen=True)
class Admission:
    """What a route asks of whoever calls it."""

    settings: Settings
    marks: Mapping[str, Any]

    def admit(self, actor: Actor | None) -> Actor:
        """Let an actor pass.

        :raises Unauthenticated: there is none.
        :raises TermsRequired: newer terms wait for consent.
        :raises SecondFactorRequired: the actor's role needs one, and there is none.
        """
        if actor is None:
            raise Unauthenticated
        if self._is_marked(WITHOUT_TERMS):
            return actor
        if actor.terms_version != self.settings.terms_version:
            raise TermsRequired
        needs_factor = self.settings.staff_needs_second_factor and not self._is_marked(WITHOUT_SECOND_FACTOR)
        if needs_factor and actor.is_staff and not actor.has_second_factor:
            raise SecondFactorRequired
        return actor

    def _is_marked(self, mark: Mapping[str, bool]) -> bool:
        return mark.items() <= self.marks.items()
