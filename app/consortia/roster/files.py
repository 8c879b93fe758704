"""The bytes of a CSV or XLSX file as rows of texts, within bounds of time and memory. What it is, the content tells."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.consortia.roster.errors import file_too_large, unreadable_file, unreadable_text
from app.consortia.roster.sheets import Sheet, sheet_of

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_UNPACKED_BYTES = 48 * 1024 * 1024
"""Of an XLSX, which is a ZIP: 10,000 people are about 6 MB."""
_MAX_PARTS = 200
_MAX_COLUMNS = 60
_MAX_LINES = 30_000
"""Blank rows included, which spreadsheets save by the thousands where somebody has formatted them."""
_PIECE = 1024 * 1024
_DELIMITERS = ",\t;"
_BAD_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


def read_sheet(content: bytes) -> Sheet:
    """The rows of a roster. Takes some seconds for the largest: call it in a thread, outside any transaction.

    :raises Invalid: it is no such file, too large, or not a roster.
    """
    if len(content) > MAX_FILE_BYTES:
        raise file_too_large()
    if content.startswith(b"PK\x03\x04"):
        return sheet_of(_xlsx_rows(content))
    return sheet_of(_csv_rows(_decoded(content)))


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark; UTF-16 with one, as Excel saves "Unicode text"; else CP949, as Excel saves CSV."""
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not is_utf16 and b"\0" in content:  # an old XLS, a spreadsheet with a password, a picture
        raise unreadable_file()
    encodings = ("utf-16",) if is_utf16 else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unreadable_text()


def _csv_rows(text: str) -> Iterator[list[str]]:
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader):
            if number >= _MAX_LINES:
                return
            yield [cell.strip() for cell in cells[:_MAX_COLUMNS]]
    except csv.Error as error:
        raise unreadable_file() from error


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    try:
        _require_small(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not to be believed
        for cells in sheet.iter_rows(max_row=_MAX_LINES, max_col=_MAX_COLUMNS, values_only=True):
            yield [_as_text(cell) for cell in cells]
    # What openpyxl raises for files that are not what they claim is of many kinds, and none of them is our fault.
    except (
        zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, IndexError, AttributeError,
        SyntaxError, EOFError, OverflowError, NotImplementedError, RuntimeError, OSError,
    ) as error:  # fmt: skip
        raise unreadable_file() from error


def _require_small(content: bytes) -> None:
    """Refuse a ZIP that unpacks to much more than a roster, or whose XML brings entities.

    Each part is unpacked once, a piece at a time: what a ZIP says of the sizes of its parts is not to be believed.

    :raises Invalid: it does.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise file_too_large()
        unpacked = 0
        for part in parts:
            with archive.open(part) as file:
                end = b""
                while piece := file.read(_PIECE):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED_BYTES:
                        raise file_too_large()
                    _require_plain(end + piece)
                    end = piece[-16:]


def _require_plain(piece: bytes) -> None:
    plain = piece.replace(b"\0", b"")  # UTF-16 hides nothing
    if any(word in plain for word in _BAD_ENTITIES):
        raise unreadable_file()


def _as_text(value: Any) -> str:
    """A cell as somebody would read it: 1012345678.0, as a spreadsheet may keep a phone number, is 1012345678."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()
