"""The organisations of the demo, with the history of their size."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from app.demo.organisations import business_number, organisation_name
from app.demo.rhythm import Rhythm
from app.models.organisations import OrganisationKind, SizeBand

_KINDS = tuple(OrganisationKind)
_KIND_WEIGHTS = (88, 5, 4, 1, 2)
_BANDS = tuple(SizeBand)
# Of the companies the programme helped, 76.4 % had fewer than 50 people and 97.3 % fewer than 300.
_BAND_WEIGHTS = (764, 209, 27)


@dataclass(slots=True)
class Employer:
    """An organisation; ``earlier_band`` was its size band until ``grown_at``."""

    id: int
    kind: OrganisationKind
    name_ko: str
    name_en: str
    business_number: str | None
    size_band: SizeBand | None
    registered_at: int
    earlier_band: SizeBand | None = None
    grown_at: int = 0


class Employers:
    """Draws organisations and keeps them. ``taken_numbers`` are business numbers that cannot be given again."""

    def __init__(self, rng: random.Random, rhythm: Rhythm, ids: Iterator[int], taken_numbers: set[str]) -> None:
        self._rng = rng
        self._rhythm = rhythm
        self._ids = ids
        self._taken_numbers = taken_numbers
        self.drawn: list[Employer] = []

    def draw(self, industry: str, wanted: OrganisationKind | None = None) -> Employer:
        """An organisation of the kind ``wanted``, or of any: most often a company of the industry."""
        kind = wanted or self._rng.choices(_KINDS, _KIND_WEIGHTS)[0]
        name = organisation_name(self._rng, kind, industry)
        employer = self._make(kind, name.ko, name.en)
        if kind is OrganisationKind.COMPANY:
            self._size(employer)
        return employer

    def agency(self, name_ko: str, name_en: str) -> Employer:
        """A support organisation of that name."""
        return self._make(OrganisationKind.SUPPORT, name_ko, name_en)

    def earlier_employer(self, present: Employer) -> Employer:
        """One of the same kind from which somebody may have come; the present one where there is no other."""
        return self._rng.choice([other for other in self.drawn[-20:] if other.kind is present.kind] or [present])

    def _make(self, kind: OrganisationKind, name_ko: str, name_en: str) -> Employer:
        employer = Employer(
            id=next(self._ids),
            kind=kind,
            name_ko=name_ko,
            name_en=name_en,
            business_number=self._business_number(kind),
            size_band=None,
            registered_at=self._rhythm.earlier(3_000, 4_500),
        )
        self.drawn.append(employer)
        return employer

    def _size(self, employer: Employer) -> None:
        """Give a company its size band; some have grown from the band below."""
        band = self._rng.choices(_BANDS, _BAND_WEIGHTS)[0]
        employer.size_band = band
        if band is not SizeBand.UNDER_50 and self._rng.random() < 0.3:
            employer.earlier_band = _BANDS[_BANDS.index(band) - 1]
            employer.grown_at = self._rhythm.earlier(1, 2_000)

    def _business_number(self, kind: OrganisationKind) -> str | None:
        """A number that no other organisation has; some have given none."""
        if self._rng.random() < 0.08:
            return None
        number = business_number(self._rng, kind)
        while number in self._taken_numbers:
            number = business_number(self._rng, kind)
        self._taken_numbers.add(number)
        return number
