"""Reading the files of rosters: what spreadsheets save, what people get wrong, and what somebody sends to do harm."""

import io
import tracemalloc
import zipfile

import pytest

from app.consortia.roster.columns import Column, column_of
from app.consortia.roster.entries import Entry, entries_of
from app.consortia.roster.files import MAX_FILE_BYTES, read_sheet
from app.core.errors import Invalid
from app.models.organisations import OrganisationKind
from tests.consortia.roster_files import EVERYBODY, HEADS, INFO, KIM, LEE, PARK, csv_file, xlsx_file


def people_in(content: bytes) -> list[Entry]:
    """The people of a file without faults."""
    entries, faults = entries_of(read_sheet(content).lines)
    assert faults == []
    return entries


def faults_in(content: bytes) -> list[tuple[int, str, str]]:
    _, faults = entries_of(read_sheet(content).lines)
    return [(fault.row, fault.column.value, fault.code) for fault in faults]


def refusal_of(content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read_sheet(content)
    (field,) = caught.value.fields
    assert field.pointer == "/body"
    return field.code


FILES = {
    "cp949": csv_file(*EVERYBODY),
    "utf-8": csv_file(*EVERYBODY, encoding="utf-8"),
    "utf-8 with a mark": csv_file(*EVERYBODY, encoding="utf-8-sig"),
    "utf-16 with tabs": csv_file(*EVERYBODY, encoding="utf-16", delimiter="\t"),
    "semicolons": csv_file(*EVERYBODY, delimiter=";"),
    "xlsx": xlsx_file(*EVERYBODY, blank=2_000),
    "numbers in cells": xlsx_file(
        (*KIM[:3], 1248100998, "책임연구원", 1012345678, None, None), LEE, (*PARK[:5], 311234567.0, None, None), *INFO
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_way_of_saving_gives_the_same_people(name: str) -> None:
    kim, lee, park, *info = people_in(FILES[name])
    assert (kim.row, kim.name, kim.email, kim.phone) == (2, "김하늘", "haneul.kim@example.kr", "01012345678")
    assert (kim.organisation_name, kim.business_number, kim.position) == ("㈜한성금형", "1248100998", "책임연구원")
    assert (lee.email, lee.phone, lee.business_number) == ("bada.lee@example.kr", None, None)
    assert (park.email, park.phone, park.position, park.row) == (None, "0311234567", None, 4)
    assert [(each.name, each.is_shared_address) for each in info] == [("최가람", True), ("정가람", True)]
    assert info[0].organisation_name == "가람, 공업사"
    assert len({each.person_key for each in (kim, lee, park, *info)}) == 5
    assert read_sheet(FILES[name]).ignored_heads == ["비고"]


def test_heads_are_found_below_a_title_in_both_languages_and_any_spacing() -> None:
    titled = people_in(xlsx_file(KIM, heads=HEADS, title="2026년 창원 금형 MC 회원 명부"))
    assert (titled[0].row, titled[0].name) == (4, "김하늘")
    english = ("Full Name", "E-mail", "Company", "Kind", "Job title")
    (person,) = people_in(csv_file(("Kim", "a@b.kr", "CWNU", "University", "Professor"), heads=english))
    assert (person.organisation_kind, person.position) == (OrganisationKind.UNIVERSITY, "Professor")
    for head, column in {
        " 사업자 등록 번호 ": Column.BUSINESS_NUMBER, "성명(한글)": Column.NAME, "(필수) 회사명*": Column.ORGANISATION,
        "E-Mail 주소": None, "메모": None,
    }.items():  # fmt: skip
        assert column_of(head) is column, head


def test_each_wrong_cell_is_named_by_row_column_and_reason() -> None:
    rows = [
        ("", "a@example.kr", "㈜새", "", "", "", "", ""),
        ("가", "no address", "㈜새", "124-81-00999", "", "12", "아마", ""),
        ("나", "b@example.kr", "", "1.24810E+09", "직" * 81, "", "", ""),
        ("다", "c@example.kr", "#REF!", "", "", "", "", ""),
        ("라\u202e", "d@example.kr", "㈜새", "", "", "", "", ""),
        ("마", "", "㈜새", "", "", "", "예", ""),
        ("바", "same@example.kr", "㈜새", "", "", "", "", ""),
        ("사", "SAME@example.kr", "㈜새", "", "", "", "", ""),
        ("아", "info@example.kr", "㈜새", "", "", "", "O", ""),
        ("아", "info@example.kr", "㈜새", "", "", "", "O", ""),
        ("자 차", "", "㈜한성", "", "", "", "", ""),
        ("자차", "", "한성(주)", "", "", "", "", ""),
    ]
    content = csv_file(*rows, encoding="utf-8")
    assert sorted(faults_in(content)) == sorted(
        [
            (2, "name", "missing"),
            (3, "email", "invalid_email"),
            (3, "business_number", "invalid_business_number"),
            (3, "phone", "invalid_phone"),
            (3, "shared", "unknown_mark"),
            (4, "organisation", "missing"),
            (4, "business_number", "invalid_business_number"),
            (4, "position", "too_long"),
            (5, "organisation", "cell_error"),
            (6, "name", "forbidden_character"),
            (7, "shared", "shared_without_address"),
            (8, "email", "address_twice"),
            (9, "email", "address_twice"),
            (10, "name", "person_twice"),
            (11, "name", "person_twice"),
            (12, "name", "person_twice"),
            (13, "name", "person_twice"),
        ]
    )
    kinds = csv_file(("가", "㈜새", "동호회"), heads=("이름", "기관명", "기관구분"))
    assert faults_in(kinds) == [(2, "kind", "unknown_kind")]


def zip_of(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    """A roster of which one part was replaced."""
    with zipfile.ZipFile(io.BytesIO(xlsx_file(KIM))) as archive:
        return zip_of({each: archive.read(each) for each in archive.namelist()} | {name: part})


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
BAD_FILES = {
    "empty": (b"", "columns_missing"),
    "heads only": (csv_file(), "no_rows"),
    "no heads": (csv_file(KIM, heads=[""] * 8), "columns_missing"),
    "a needed head is missing": (csv_file(("가", "a@b.kr"), heads=("이름", "이메일")), "columns_missing"),
    "a head twice": (csv_file(("가", "나", "㈜새"), heads=("이름", "성명", "기관명")), "column_twice"),
    "neither encoding": ("이름,기관명\r\n가,나\r\n".encode() + b"\xff\xfe,x", "unreadable_text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unreadable_file"),
    "an old XLS, or an XLSX with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "unreadable_file"),
    "no spreadsheet in the ZIP": (zip_of({"a.txt": b"x"}), "unreadable_file"),
    "cut off": (xlsx_file(KIM)[:2_000], "unreadable_file"),
    "no XML": (with_part(SHEET, b"<worksheet><"), "unreadable_file"),
    "entities": (with_part(SHEET, LAUGHS), "unreadable_file"),
    "entities in UTF-16": (with_part(SHEET, LAUGHS.decode().encode("utf-16")), "unreadable_file"),
    "too large": (b"x" * (MAX_FILE_BYTES + 1), "file_too_large"),
    "too many people": (csv_file(*[KIM] * 10_001), "too_many_rows"),
    "a cell without end": (csv_file(("가" * 200_000, "나"), heads=("이름", "기관명")), "unreadable_file"),
    "a bomb": (with_part("xl/media/a.bin", bytes(60 * 1024 * 1024)), "file_too_large"),
    "many parts": (zip_of({f"{n}.xml": b"" for n in range(300)}), "file_too_large"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_no_roster_is_refused_with_a_reason(name: str) -> None:
    content, code = BAD_FILES[name]
    assert refusal_of(content) == code


def test_a_bomb_that_lies_about_its_size_is_stopped_within_bounds() -> None:
    bomb = bytearray(with_part("xl/media/a.bin", bytes(64 * 1024 * 1024)))
    true_size, small = (64 * 1024 * 1024).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert bomb.count(true_size) == 2
    lying = bytes(bomb.replace(true_size, small))
    tracemalloc.start()
    assert refusal_of(lying) == "unreadable_file"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


def test_a_sheet_with_rows_and_columns_far_apart_is_bounded() -> None:
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xec\x9d\xb4\xeb\xa6\x84</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>\xea\xb8\xb0\xea\xb4\x80\xeb\xaa\x85</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" t="inlineStr"><is><t>b</t></is></c>'
        b'<c r="XFD2" t="inlineStr"><is><t>c</t></is></c></row>'
        b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>d</t></is></c></row></sheetData></worksheet>'
    )
    assert [line.cells[Column.NAME] for line in read_sheet(with_part(SHEET, far)).lines] == ["a"]
