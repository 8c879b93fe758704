"""Who may answer an idea of each visibility: what ``visible_to`` says, seen from the idea."""

from collections.abc import Iterable, Mapping, Sequence

from app.demo.members import Member
from app.demo.places import Place, Places
from app.models.ideas import Visibility


class Audiences:
    """The members of each mini-cluster, of each consortium, of its linked ones, and all; drawn up once."""

    def __init__(self, places: Places, by_place: Mapping[int, Sequence[Member]]) -> None:
        self._by_place = {place.id: by_place[place.id] for place in places.mini_clusters}
        self._by_consortium = {
            consortium: _once(
                member
                for place in places.mini_clusters
                if place.consortium_id == consortium
                for member in by_place[place.id]
            )
            for consortium in places.consortia
        }
        self._linked = {
            consortium: _once(
                member
                for each in (consortium, *sorted(places.linked[consortium]))
                for member in self._by_consortium[each]
            )
            for consortium in places.consortia
        }
        self._all = _once(member for members in by_place.values() for member in members)

    def of(self, visibility: Visibility, place: Place) -> Sequence[Member]:
        """Who sees an idea of that mini-cluster. For one of named people: those among whom they are chosen."""
        if visibility is Visibility.MINI_CLUSTER:
            return self._by_place[place.id]
        if visibility is Visibility.LINKED:
            return self._linked[place.consortium_id]
        if visibility is Visibility.ALL:
            return self._all
        return self._by_consortium[place.consortium_id]


def _once(members: Iterable[Member]) -> list[Member]:
    return list({member.id: member for member in members}.values())
