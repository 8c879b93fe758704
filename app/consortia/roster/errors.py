"""What can be wrong with the file of a roster, and stand in the way of taking it over."""

from collections.abc import Sequence

from app.core.errors import AppError, Conflict, FieldError, Invalid, invalid_field
from app.core.localisation import Text

_FILE = "/body"


class RosterChanged(Conflict):
    """The file, or the roster it was compared with, is another one than in the preview."""

    code = "roster_changed"
    detail = Text(
        "미리 본 뒤에 파일이나 명부가 바뀌었습니다. 다시 미리 보고 확정해 주세요.",
        "The file or the roster has changed since the preview; preview again, then confirm.",
    )


class RosterFaulty(AppError):
    """Some rows have errors, so nothing was taken over."""

    status = 422
    code = "roster_has_errors"
    title = Text("명부에 고칠 곳이 있습니다", "The roster has errors")
    detail = Text(
        "오류가 있는 행이 {count}개입니다. 미리보기에서 확인해 고친 뒤 다시 올려 주세요. 저장된 것은 없습니다.",
        "{count} rows have errors; the preview tells which. Correct them and send the file again. Nothing was stored.",
    )


class RosterRowJoined(Conflict):
    """The person has an account by now."""

    code = "roster_row_joined"
    detail = Text("이미 가입한 사람입니다.", "This person has joined already.")


class RosterRowLeft(Conflict):
    """The newest roster names the person no longer."""

    code = "roster_row_left"
    detail = Text("최근 명부에 없는 사람입니다.", "The newest roster does not name this person.")


def file_too_large() -> Invalid:
    """The file, or what it unpacks to, is larger than any roster."""
    return invalid_field(
        _FILE,
        "file_too_large",
        "파일이 너무 큽니다. 명부 한 장만 담아 다시 저장해 주세요.",
        "The file is too large; save it again with nothing but the roster.",
    )


def unreadable_file() -> Invalid:
    """It is neither CSV nor XLSX, or damaged."""
    return invalid_field(
        _FILE,
        "unreadable_file",
        "CSV나 XLSX 파일이 아니거나, 암호가 걸렸거나, 손상되었습니다. 스프레드시트에서 XLSX로 다시 저장해 주세요.",
        "It is no CSV or XLSX file, has a password, or is damaged; save it as XLSX from the spreadsheet.",
    )


def unreadable_text() -> Invalid:
    """A text file in an encoding that no Korean spreadsheet writes."""
    return invalid_field(
        _FILE,
        "unreadable_text",
        "글자 인코딩을 알 수 없습니다. UTF-8이나 CP949로 저장해 주세요.",
        "The encoding is unknown; save it as UTF-8 or CP949.",
    )


def columns_missing(titles: Sequence[Text]) -> Invalid:
    """Nothing within the first rows looks like the heads of a roster."""
    return Invalid(
        fields=[
            FieldError(
                _FILE,
                "columns_missing",
                Text(
                    f"첫 줄에 다음 제목이 있어야 합니다: {', '.join(title.ko for title in titles)}",
                    f"The first row must have these heads: {', '.join(title.en for title in titles)}",
                ),
            )
        ]
    )


def column_twice(title: Text) -> Invalid:
    """Two columns have the same meaning."""
    return invalid_field(
        _FILE,
        "column_twice",
        f"‘{title.ko}’ 열이 두 번 있습니다. 하나만 남겨 주세요.",
        f'The column "{title.en}" is there twice; leave one.',
    )


def no_rows() -> Invalid:
    """There are heads and nothing below them."""
    return invalid_field(_FILE, "no_rows", "명부에 사람이 없습니다.", "The roster names nobody.")


def too_many_rows(limit: int) -> Invalid:
    """More people than a roster may have."""
    return invalid_field(
        _FILE,
        "too_many_rows",
        f"{limit:,}명까지 한 번에 올릴 수 있습니다. 파일을 나누지 말고 미니클러스터별로 올려 주세요.",
        f"At most {limit:,} people; import each mini-cluster by itself.",
    )


class ReadingBusy(AppError):
    """Other files are being read; each takes seconds of a processor."""

    status = 503
    code = "reading_busy"
    title = Text("잠시 후 다시 시도해 주세요", "Please try again shortly")
    detail = Text(
        "다른 명부 파일을 읽고 있습니다. 저장된 것은 없습니다.",
        "Other files are being read. Nothing was stored; try again.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "5"})
