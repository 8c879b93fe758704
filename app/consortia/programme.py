"""The programme as the product ships it: regions, complexes, consortia and mini-clusters by their real names.

The names are facts of the cluster programme (산업집적지경쟁력강화사업), collected from public pages of 2005 to 2021;
the theme and international consortia are invented. Hubs are the complexes that the press named as such when the wide
regions began in 2010, and those of the programme's first twelve.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.models.programme import ComplexRole, ConsortiumKind

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
IndustryKey = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]
ProperName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _NamedEntry(_Entry):
    code: Code
    name_ko: ProperName
    name_en: ProperName


class RegionEntry(_NamedEntry):
    """A wide region (광역권)."""


class ComplexEntry(_NamedEntry):
    """An industrial complex (산업단지) of a region."""

    region: Code
    role: ComplexRole
    industry_ko: ProperName
    industry_en: ProperName


class MiniClusterEntry(_NamedEntry):
    """A mini-cluster (미니클러스터). ``complex`` is None for one that is not bound to a place."""

    complex: Code | None
    industry: IndustryKey


class ConsortiumEntry(_NamedEntry):
    """Mini-clusters of one place or one purpose."""

    kind: ConsortiumKind
    region: Code | None
    ends_on: date | None
    mini_clusters: Annotated[tuple[MiniClusterEntry, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind is ConsortiumKind.THEME and self.ends_on is None:
            raise ValueError(f"theme consortium {self.code!r} is limited in time: give it an ends_on date")
        if self.kind is ConsortiumKind.REGIONAL and self.region is None:
            raise ValueError(f"regional consortium {self.code!r} belongs to a region: give its code")
        return self


class Programme(_Entry):
    """Everything that stands before the first member comes; codes are unique and references exist."""

    regions: tuple[RegionEntry, ...]
    complexes: tuple[ComplexEntry, ...]
    consortia: tuple[ConsortiumEntry, ...]

    @property
    def mini_clusters(self) -> Iterator[MiniClusterEntry]:
        """Every mini-cluster, in the order of the file."""
        return (mini_cluster for consortium in self.consortia for mini_cluster in consortium.mini_clusters)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        _refuse_repeats("region", (region.code for region in self.regions))
        _refuse_repeats("complex", (site.code for site in self.complexes))
        _refuse_repeats("consortium", (consortium.code for consortium in self.consortia))
        _refuse_repeats("mini-cluster", (mini_cluster.code for mini_cluster in self.mini_clusters))
        return self

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        regions = {region.code for region in self.regions}
        complexes = {site.code for site in self.complexes}
        _refuse_unknown("region", regions, (site.region for site in self.complexes))
        _refuse_unknown("region", regions, (consortium.region for consortium in self.consortia))
        _refuse_unknown("complex", complexes, (mini_cluster.complex for mini_cluster in self.mini_clusters))
        return self


def load_programme() -> Programme:
    """The programme file of the product.

    Raises :class:`pydantic.ValidationError`, naming the place and the code, where the file is not sound.
    """
    return Programme.model_validate_json((files("app.consortia") / "programme.json").read_bytes())


def _refuse_repeats(what: str, codes: Iterable[str]) -> None:
    repeated = sorted(code for code, times in Counter(codes).items() if times > 1)
    if repeated:
        raise ValueError(f"each {what} needs a code of its own; repeated: {', '.join(repeated)}")


def _refuse_unknown(what: str, known: set[str], named: Iterable[str | None]) -> None:
    unknown = sorted({code for code in named if code is not None} - known)
    if unknown:
        raise ValueError(f"no {what} has the code {', '.join(unknown)}; add it or correct the reference")
