"""The programme file is brought into the database, as often as one likes."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.consortia.loading import load_programme_rows
from app.consortia.programme import Programme, load_programme
from app.core.database import Database
from app.models import Complex, Consortium, MiniCluster, Model, Region
from app.models.programme import ConsortiumKind


async def load(database: Database, programme: Programme) -> None:
    async with database.write() as session:
        await load_programme_rows(session, programme)


async def counts(database: Database) -> dict[str, int | None]:
    models: list[type[Model]] = [Region, Complex, Consortium, MiniCluster]
    async with database.read() as connection:
        return {
            model.__tablename__: await connection.scalar(select(func.count()).select_from(model)) for model in models
        }


async def ids(database: Database) -> set[tuple[Any, ...]]:
    async with database.read() as connection:
        return {tuple(row) for row in await connection.execute(select(MiniCluster.code, MiniCluster.public_id))}


def changed(programme: Programme, **changes: Any) -> Programme:
    """The programme with the first mini-cluster of its first consortium changed."""
    first, *others = programme.consortia
    mini_cluster, *rest = first.mini_clusters
    first = first.model_copy(update={"mini_clusters": (mini_cluster.model_copy(update=changes), *rest)})
    return programme.model_copy(update={"consortia": (first, *others)})


async def test_the_whole_programme_is_loaded_with_its_references(database: Database) -> None:
    programme = load_programme()
    await load(database, programme)
    assert await counts(database) == {
        "regions": len(programme.regions),
        "complexes": len(programme.complexes),
        "consortia": len(programme.consortia),
        "mini_clusters": len(list(programme.mini_clusters)),
    }
    statement = (
        select(Consortium.code, Consortium.kind, Complex.code, Region.code, MiniCluster.industry, MiniCluster.name_ko)
        .join(Consortium, Consortium.id == MiniCluster.consortium_id)
        .join(Complex, Complex.id == MiniCluster.complex_id)
        .join(Region, Region.id == Complex.region_id)
        .where(MiniCluster.code == "seoul-digital-bic")
    )
    home = next(c for c in programme.consortia if any(m.code == "seoul-digital-bic" for m in c.mini_clusters))
    async with database.read() as connection:
        row = (await connection.execute(statement)).one()
    assert tuple(row) == (
        home.code,
        ConsortiumKind.REGIONAL,
        "seoul-digital",
        "capital",
        "ict",
        "빅데이터·사물인터넷·클라우드",
    )


async def test_loading_again_changes_nothing(database: Database) -> None:
    await load(database, load_programme())
    before = await counts(database), await ids(database)
    await load(database, load_programme())
    assert (await counts(database), await ids(database)) == before


async def test_names_follow_the_file_and_what_it_drops_stays(database: Database) -> None:
    programme = load_programme()
    await load(database, programme)
    before = await ids(database)
    first = programme.consortia[0].mini_clusters[0]
    renamed = changed(programme, name_ko="수송기계", name_en="Transport Machinery", complex=None)
    await load(database, renamed.model_copy(update={"consortia": renamed.consortia[:1]}))
    assert await ids(database) == before
    async with database.read() as connection:
        row = (
            await connection.execute(
                select(MiniCluster.name_ko, MiniCluster.name_en, MiniCluster.complex_id).where(
                    MiniCluster.code == first.code
                )
            )
        ).one()
    assert tuple(row) == ("수송기계", "Transport Machinery", None)


async def test_a_mini_cluster_is_not_moved_by_an_edit_of_the_file(database: Database) -> None:
    programme = load_programme()
    await load(database, programme)
    first, second, *others = programme.consortia
    moved, *rest = first.mini_clusters
    edited = (
        first.model_copy(update={"mini_clusters": tuple(rest)}),
        second.model_copy(update={"mini_clusters": (*second.mini_clusters, moved)}),
        *others,
    )
    with pytest.raises(ValueError, match=f"'{moved.code}' stands in consortium '{first.code}'"):
        await load(database, programme.model_copy(update={"consortia": edited}))
