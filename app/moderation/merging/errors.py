"""What a merge may be answered with."""

from app.core.errors import Conflict
from app.core.localisation import Text


class ConsentNeeded(Conflict):
    """Other people than now would see what stands under the idea: its author has to be asked."""

    code = "consent_needed"
    detail = Text(
        "합치면 더 많은 사람이 보게 됩니다. 작성자의 동의를 먼저 구해 주세요(merge-proposals).",
        "More people would see it. Ask its author first (`merge-proposals`).",
    )


class CoAuthorOutside(Conflict):
    """Who is to be a co-author doesn't see the other idea."""

    code = "co_author_outside"
    detail = Text(
        "합칠 아이디어의 작성자가 볼 수 없는 아이디어입니다.",
        "The author of the idea that is merged doesn't see the other one.",
    )


class MergedInto(Conflict):
    """Others were merged into the idea not long ago, and may be parted from it again."""

    code = "merged_into"
    detail = Text(
        "다른 아이디어가 합쳐진 지 30일이 지나지 않았습니다. 먼저 되돌리거나 기다려 주세요.",
        "Others were merged into it within 30 days; undo that first, or wait.",
    )


class MergeFinal(Conflict):
    """The time in which a merge can be undone is over."""

    code = "merge_final"
    detail = Text("합친 지 30일이 지나 되돌릴 수 없습니다.", "Merges can be undone for 30 days.")
