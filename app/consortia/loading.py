"""Bringing the programme file into the database, as often as one likes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.programme import ConsortiumEntry, MiniClusterEntry, Programme
from app.models import Complex, Consortium, MiniCluster, Region

_RowT = TypeVar("_RowT", Region, Complex, Consortium, MiniCluster)


async def load_programme_rows(session: AsyncSession, programme: Programme) -> None:
    """Make or update regions, complexes, consortia and mini-clusters by their codes. Nothing is ever deleted.

    :raises ValueError: the file puts a mini-cluster into another consortium than the one it stands in.
    """
    regions = await _put(
        session,
        Region,
        {entry.code: {"name_ko": entry.name_ko, "name_en": entry.name_en} for entry in programme.regions},
    )
    complexes = await _put(
        session,
        Complex,
        {
            site.code: site.model_dump(include={"name_ko", "name_en", "role", "industry_ko", "industry_en"})
            | {"region_id": regions[site.region].id}
            for site in programme.complexes
        },
    )
    consortia = await _put(
        session, Consortium, {entry.code: _consortium_values(entry, regions) for entry in programme.consortia}
    )
    await _refuse_moves(session, programme)
    await _put(
        session,
        MiniCluster,
        {
            entry.code: _mini_cluster_values(entry, complexes) | {"consortium_id": consortia[consortium.code].id}
            for consortium in programme.consortia
            for entry in consortium.mini_clusters
        },
    )


async def _put(session: AsyncSession, model: type[_RowT], values: Mapping[str, Mapping[str, Any]]) -> dict[str, _RowT]:
    """The rows of ``values`` by code, in the order given: made where missing, changed where different."""
    statement = select(model).where(model.code.in_(list(values)))
    rows: dict[str, _RowT] = {row.code: row for row in await session.scalars(statement)}
    for code, fields in values.items():
        row = rows.get(code)
        if row is None:
            rows[code] = row = model(code=code)
            session.add(row)
        for name, value in fields.items():
            setattr(row, name, value)
    await session.flush()
    return rows


def _consortium_values(entry: ConsortiumEntry, regions: Mapping[str, Region]) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "name_ko": entry.name_ko,
        "name_en": entry.name_en,
        "ends_on": entry.ends_on,
        "region_id": regions[entry.region].id if entry.region else None,
    }


def _mini_cluster_values(entry: MiniClusterEntry, complexes: Mapping[str, Complex]) -> dict[str, Any]:
    return {
        "name_ko": entry.name_ko,
        "name_en": entry.name_en,
        "industry": entry.industry,
        "complex_id": complexes[entry.complex].id if entry.complex else None,
    }


async def _refuse_moves(session: AsyncSession, programme: Programme) -> None:
    """A mini-cluster's ideas stand in the streams of its consortium: an edit of the file does not move them."""
    statement = select(MiniCluster.code.label("mini_cluster"), Consortium.code.label("consortium")).join(
        Consortium, Consortium.id == MiniCluster.consortium_id
    )
    present = {row.mini_cluster: row.consortium for row in await session.execute(statement)}
    for consortium in programme.consortia:
        for entry in consortium.mini_clusters:
            home = present.get(entry.code, consortium.code)
            if home != consortium.code:
                raise ValueError(
                    f"mini-cluster {entry.code!r} stands in consortium {home!r} and cannot be loaded into"
                    f" {consortium.code!r}: put it back in the file, or give the new one another code"
                )
