import datetime as dt
from typing import Any

import pytest

from scheduler.files.cells import Cell, CellError, CellType, Date, Id, Ids, Number, Text, Time, Whole
from scheduler.files.choices import Several, Weekdays, YesNo, YesNoOr
from scheduler.files.sheets import KINDS

WEEK = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Whole(), 90, 90),
        (Whole(), 90.0, 90),
        (Whole(), " 90 ", 90),
        (Whole(), "90.0", 90),
        (Whole(), "-5", -5),
        (Number(), 1, 1.0),
        (Number(), "0.6", 0.6),
        (Number(), ".5", 0.5),
        (Date(), dt.datetime(2027, 4, 3), dt.date(2027, 4, 3)),
        (Date(), "03/04/2027", dt.date(2027, 4, 3)),
        (Date(), "3/4/2027", dt.date(2027, 4, 3)),
        (Date(), "2027-04-03", dt.date(2027, 4, 3)),
        (Date(), 46480, dt.date(2027, 4, 3)),
        (Time(), dt.time(10), dt.time(10)),
        (Time(), "10:00", dt.time(10)),
        (Time(), "9.30", dt.time(9, 30)),
        (Time(), "10:00:00", dt.time(10)),
        (Time(), 10 / 24, dt.time(10)),
        (Time(), 0, dt.time()),
        (Time(), dt.timedelta(hours=14, minutes=5), dt.time(14, 5)),
        (Time(), dt.time(9, 59, 59, 999_000), dt.time(10)),
        (Several(Time()), "10:00; 14:00", (dt.time(10), dt.time(14))),
        (Several(Time()), dt.time(10), (dt.time(10),)),
        (Several(Time(), says_empty=True), "None", ()),
        (Weekdays(), "Mon, Tuesday, wed", ("mon", "tue", "wed")),
        (Weekdays(), "Mon-Fri", WEEK),
        (Weekdays(), "Monday to Thursday, sat", ("mon", "tue", "wed", "thu", "sat")),
        (YesNo(), "Yes", True),
        (YesNo(), False, False),
        (YesNoOr("hybrid"), " Hybrid ", "hybrid"),
        (YesNoOr("hybrid"), True, True),
        (YesNoOr("hybrid"), "no", False),
        (KINDS, "pre birth", "pre_birth"),
        (KINDS, "PRE-BIRTH ", "pre_birth"),
        (KINDS, "first_review", "first_review"),
        (Id(), 101, "101"),
        (Id(), 101.0, "101"),
        (Id(), " C1\n", "C1"),
        (Id(), "0101", "0101"),
        (Ids(), "C1, C2;C3\nC4", ("C1", "C2", "C3", "C4")),
        (Ids(), 7.0, ("7",)),
        (Ids(), '"a, b", "c""d"', ("a, b", 'c"d')),
        (Text(), " as it is ", " as it is "),
        (Text(), 12, "12"),
        (Text(says_empty=True), '""', ""),
    ],
)
def test_a_cell_is_read(kind: CellType, cell: Cell, value: Any) -> None:
    assert kind.read(cell) == value


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        (Whole("minutes", 90), "ninety", "'ninety' is not a whole number of minutes. Enter a number such as 90."),
        (Whole(), 90.5, "90.5 is not a whole number. Enter a number such as 90."),
        (Whole(), True, "TRUE is not a whole number. Enter a number such as 90."),
        (Whole(), "1_000", "'1_000' is not a whole number. Enter a number such as 90."),
        (Whole(), dt.datetime(2027, 4, 3), "03/04/2027 is not a whole number. Enter a number such as 90."),
        (Number(), "60%", "'60%' is not a number. Enter a number such as 0.6."),
        (Number(), "nan", "'nan' is not a number. Enter a number such as 0.6."),
        (Date(), "31/02/2027", "'31/02/2027' is not a date. Enter a date such as 03/04/2027 (3 April 2027)."),
        (Date(), "04/13/2027", "'04/13/2027' is not a date. Enter a date such as 03/04/2027 (3 April 2027)."),
        (Date(), "3/4/27", "'3/4/27' is not a date. Enter a date such as 03/04/2027 (3 April 2027)."),
        (Date(), 2027, "2027 is not a date. Enter a date such as 03/04/2027 (3 April 2027)."),
        (Date(), dt.time(10), "10:00 is not a date. Enter a date such as 03/04/2027 (3 April 2027)."),
        (
            Date(),
            dt.datetime(2027, 4, 3, 10),
            "03/04/2027 10:00 includes a time of day. Enter the date alone, such as 03/04/2027.",
        ),
        (Time(), "25:00", "'25:00' is not a time of day in hours and minutes. Enter a time such as 10:00."),
        (Time(), 1.5, "1.5 is not a time of day in hours and minutes. Enter a time such as 10:00."),
        (Time(), dt.time(10, 0, 30), "10:00:30 is not a time of day in hours and minutes. Enter a time such as 10:00."),
        (Several(Time()), "10:00, noon", "'noon' is not a time of day in hours and minutes. Enter a time such as 10:00."),
        (
            Weekdays(),
            "Fri-Mon",
            "'Fri-Mon' runs backwards. Enter days such as Mon, Tue, Thu separated by commas.",
        ),
        (
            Weekdays(),
            "Mo",
            "'Mo' is not one of the choices. Did you mean 'Mon'? Enter one of: Mon, Tue, Wed, Thu, Fri, Sat, Sun.",
        ),
        (YesNo(), 1, "1 is neither yes nor no. Enter yes or no."),
        (YesNoOr("hybrid"), "maybe", "'maybe' is none of yes, no and hybrid. Enter yes, no or hybrid."),
        (
            KINDS,
            "Inital",
            "'Inital' is not one of the choices. Did you mean 'Initial'? "
            "Enter one of: Initial, First review, Review, Transfer-in, Pre-birth.",
        ),
        (Id("sites", "site"), dt.time(10), "10:00 can't be an id. Format the cell as Text, and enter the id of a site."),
        (Ids("chairs", "chair"), '"C1', "'\"C1' is not a list of ids. Enter ids of chairs separated by commas."),
        (Text(), dt.datetime(2027, 4, 3), "03/04/2027 is not text. Enter text."),
    ],
)
def test_an_unreadable_cell_is_refused(kind: CellType, cell: Cell, expected: str) -> None:
    with pytest.raises(CellError) as raised:
        kind.read(cell)
    assert str(raised.value) == expected


@pytest.mark.parametrize(
    "kind", [Whole(), Number(), Date(), Time(), Several(Time()), Weekdays(), YesNo(), YesNoOr("hybrid"), KINDS, Id(), Ids()]
)
def test_spaces_are_blank_except_in_text(kind: CellType) -> None:
    assert [kind.is_blank(cell) for cell in (None, "", " \n", "x", 0)] == [True, True, True, False, False]
    assert [Text().is_blank(cell) for cell in (None, "", " \n", "x", 0)] == [True, True, False, False, False]
