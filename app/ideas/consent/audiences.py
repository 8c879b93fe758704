"""Is a new audience part of the old one? A pure question over what decides who sees an idea."""

from typing import NamedTuple

from app.models.ideas import Visibility

_WIDTH = {visibility: width for width, visibility in enumerate(Visibility)}


class Audience(NamedTuple):
    """What decides who sees an idea, its exclusions aside, which no proposal changes."""

    visibility: Visibility
    mini_cluster_id: int
    consortium_id: int


def is_part_of(new: Audience, old: Audience) -> bool:
    """Whether everybody of the new audience was in the old one, whoever joins which mini-cluster later.

    An idea for all is seen by everybody, so anything is part of it. Within one consortium a narrower visibility is part
    of a wider one; at the same one a mini-cluster is part of itself only. Named readers are the author's own choice.
    """
    if old.visibility is Visibility.ALL:
        return new.visibility is not Visibility.NAMED
    if Visibility.NAMED in (old.visibility, new.visibility) or new.consortium_id != old.consortium_id:
        return new == old
    if new.visibility is old.visibility is Visibility.MINI_CLUSTER:
        return new.mini_cluster_id == old.mini_cluster_id
    return _WIDTH[new.visibility] <= _WIDTH[old.visibility]
