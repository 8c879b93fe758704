"""Keys of names that a release wrote which knew nothing of them."""

from sqlalchemy import literal_column, select

from app.core.database import Database
from app.core.organisation_names import name_key
from app.models import Organisation

_AT_ONCE = 500


async def fill_name_keys(database: Database) -> None:
    """Fill in what is missing, in small transactions."""
    missing = select(Organisation.id, Organisation.name).where(Organisation.name_key.is_(None))
    while True:
        async with database.read() as connection:
            found = (await connection.execute(missing.limit(literal_column(str(_AT_ONCE))))).all()
        if not found:
            return
        async with database.write() as session:
            for organisation_id, name in found:
                organisation = await session.get_one(Organisation, organisation_id, with_for_update=True)
                organisation.name_key = name_key(name)
