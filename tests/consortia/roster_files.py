"""Roster files as Korean spreadsheets save them."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADS = ("이름", "이메일", "기관명", "사업자등록번호", "직위", "휴대전화", "공용메일", "비고")
KIM = ("김하늘", "haneul.kim@example.kr", "㈜한성금형", "124-81-00998", "책임연구원", "010-1234-5678", "", "")
LEE = ("이바다", "Bada.Lee@example.kr", "새벽정밀(주)", "", "대표", "", "", "회장")
PARK = ("박누리", "", "(주) 새벽정밀", "", "", "031-123-4567", "", "이메일 없음")
INFO = tuple(
    (name, "info@example.kr", "가람, 공업사", "", position, "", "예", "")
    for name, position in (("최가람", "대표"), ("정가람", "부장"))
)
EVERYBODY = (KIM, LEE, PARK, *INFO)


def csv_file(
    *rows: Sequence[str], heads: Sequence[str] = HEADS, encoding: str = "cp949", delimiter: str = ","
) -> bytes:
    """As Excel writes it: CRLF, and quotes around what holds a comma or a quote; blank rows at the end."""

    def cell(text: str) -> str:
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if {delimiter, '"', "\n"} & set(text) else text

    lines = [delimiter.join(map(cell, row)) for row in (heads, *rows)]
    lines += [delimiter * (len(heads) - 1)] * 3
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def xlsx_file(*rows: Sequence[Any], heads: Sequence[str] = HEADS, title: str | None = None, blank: int = 0) -> bytes:
    """As somebody types it: perhaps a title above the heads, and formatted blank rows below."""
    workbook = Workbook()
    sheet = workbook.active
    if title:
        sheet.append([title])
        sheet.append([])
    for row in (heads, *rows):
        sheet.append(list(row))
    for number in range(blank):
        sheet.cell(row=sheet.max_row + 1, column=1, value=" " if number % 2 else "").number_format = "@"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
