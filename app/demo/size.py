"""How much demo data there is."""

from dataclasses import dataclass

MEMBERS, IDEAS, COMMENTS, SEED = 240, 300, 1_500, 2015
"""A small demo, loaded in a second."""
MOST_MEMBERS = 8_300
MOST_MINI_CLUSTERS = 100
MOST_IDEAS = 100_000
MOST_COMMENTS = 1_000_000
LEAST_IDEAS = 20
LEAST_COMMENTS = 60
MEMBERS_BESIDE_THE_MANAGER = 2
"""In each mini-cluster: with less nobody could answer anybody."""


@dataclass(frozen=True)
class DemoSize:
    """Numbers of rows; the same size and seed give the same data (but for the dates, which lead up to now).

    ``mini_clusters`` None stands for those of the programme; of a larger number, the rest are sub-mini-clusters.

    Raises ValueError for what cannot be had.
    """

    members: int = MEMBERS
    mini_clusters: int | None = None
    ideas: int = IDEAS
    comments: int = COMMENTS
    seed: int = SEED

    def __post_init__(self) -> None:
        from app.consortia.programme import load_programme

        real = len(list(load_programme().mini_clusters))
        wanted = real if self.mini_clusters is None else self.mini_clusters
        if wanted < real:
            raise ValueError(f"the programme has {real} mini-clusters, all of which are loaded: ask for {real} or more")
        if self.members < least_members(wanted):
            raise ValueError(f"{wanted} mini-clusters need {least_members(wanted)} members or more")
        if self.ideas < LEAST_IDEAS or self.comments < LEAST_COMMENTS:
            raise ValueError(f"ask for {LEAST_IDEAS} ideas and {LEAST_COMMENTS} comments or more")


def least_members(mini_clusters: int) -> int:
    """Everybody who has a part: managers, coordinators, the operator, the demo's member, who speaks in the showcase."""
    from app.consortia.programme import load_programme
    from app.demo.showcase import showcase_ideas

    coordinators = len(load_programme().consortia)
    speakers = sum(len(idea.people) for idea in showcase_ideas())
    return mini_clusters * (1 + MEMBERS_BESIDE_THE_MANAGER) + coordinators + speakers + 2
