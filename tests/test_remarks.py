"""Remarks on implausible entries: each input of its kind, and more of the kind."""

from typing import Any

import pytest

from scheduler.domain.schedule import Remark
from scheduler.files import read_problem_file
from scheduler.remarks import remarks_of
from tests.builders import conference, room, tiny_problem
from tests.paths import INPUTS

TBC = "has the social worker 'TBC', which counts as none. Enter who it is."


@pytest.mark.parametrize(
    ("name", "remarks"),
    [
        (
            "bh-other-year",
            {
                "calendar.bank_holidays": "Bank holidays of England are not listed: "
                "31 August 2026 (between the trigger and the due date of Z-02), "
                "25 December 2026 (between the trigger and the due date of Z-01), "
                "28 December 2026 (between the trigger and the due date of Z-01) and "
                "1 January 2027 (between the trigger and the due date of Z-01). They count as working days. "
                "Add each that is missing."
            },
        ),
        (
            "year-typo",
            {
                "conferences[0].trigger": "The clock of Z-URGENT starts on 16 December 2027, after the plan ends on "
                "13 January 2027. Check the year."
            },
        ),
        ("year-right", {}),
        ("sw-tbc", {"conferences[0].social_worker": f"Z-0 {TBC}", "conferences[1].social_worker": f"Z-1 {TBC}"}),
        (
            "length-2",
            {
                f"conferences[{n}].minutes": f"Z-{n} lasts 2 minutes; usual are 30 to 300. Check that it is in minutes."
                for n in (0, 1)
            },
        ),
        (
            "start-2am",
            {
                "rooms[0].starts[0]": "N1 offers a start at 02:00; usual are 08:00 to 18:00. Check the time.",
                "rooms[1].starts[0]": "S1 offers a start at 02:00; usual are 08:00 to 18:00. Check the time.",
            },
        ),
        ("ch-46377", {"conferences[0].children": "Z-00 is for 46,377 children; usual are at most 15. Check the number."}),
        (
            "terms-overlap",
            {
                "calendar.terms[1]": "15 to 19 February 2027 overlaps 5 January to 26 March 2027. "
                "Keep one of them; leave half-terms out of a term."
            },
        ),
    ],
)
def test_each_input_has_its_remarks(name: str, remarks: dict[str, str]) -> None:
    expected = tuple(Remark(place=place, text=text) for place, text in remarks.items())
    assert remarks_of(read_problem_file(INPUTS / f"{name}.json")) == expected


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, []),
        ({"conferences": [conference(trigger="2027-04-01")]}, ["conferences[0].trigger"]),
        ({"conferences": [conference(kind="review", trigger="2072-03-01")]}, ["conferences[0].trigger"]),
        ({"conferences": [conference(kind="pre_birth", trigger="2027-06-01")]}, []),
        ({"conferences": [conference(trigger="2027-03-31")]}, []),
        ({"conferences": [conference(minutes=29)]}, ["conferences[0].minutes"]),
        ({"conferences": [conference(minutes=301)]}, ["conferences[0].minutes"]),
        ({"conferences": [conference(minutes=30), conference("B", minutes=300)]}, []),
        ({"conferences": [conference(children=16, minutes=9)]}, ["conferences[0].minutes", "conferences[0].children"]),
        ({"conferences": [conference(children=15)]}, []),
        ({"conferences": [conference(social_worker="n/A"), conference("B", social_worker="Duty")]}, [
            "conferences[0].social_worker", "conferences[1].social_worker"]),
        ({"conferences": [conference(social_worker="-"), conference("B", social_worker="0")]}, [
            "conferences[0].social_worker", "conferences[1].social_worker"]),
        ({"conferences": [conference(social_worker="TBC-1")]}, []),
        ({"rooms": [room(starts=["10:00", "18:01"])]}, ["rooms[0].starts[1]"]),
        ({"rooms": [room(starts=["08:00", "18:00"])], "virtual_starts": ["07:59", "10:00"]}, ["virtual_starts[0]"]),
        ({"published": [{"conference": "A", "start": "2027-03-08T22:00", "chair": "C1"}]}, ["published[0].start"]),
        ({"calendar": {"terms": [{"first": "2027-01-04", "last": "2027-02-12"}, {"first": "2027-02-12", "last": "2027-03-25"}]}},
         ["calendar.terms[1]"]),
        ({"calendar": {"terms": [{"first": "2027-01-04", "last": "2027-02-12"}, {"first": "2027-02-13", "last": "2027-03-25"}]}},
         []),
        ({"calendar": {"bank_holidays": ["2027-03-26", "2027-03-29"]}}, []),
        ({"calendar": {"bank_holidays": []}}, ["calendar.bank_holidays"]),
        ({"calendar": {"bank_holidays": ["2027-03-26", "2027-03-29"]},
          "conferences": [conference(kind="pre_birth", trigger="2027-06-01")]}, ["calendar.bank_holidays"]),
    ],
)  # fmt: skip
def test_what_is_remarked_on_and_what_is_usual(changes: dict[str, Any], places: list[str]) -> None:
    assert [remark.place for remark in remarks_of(tiny_problem(**changes))] == places


def test_the_limits_are_settings() -> None:
    plausible = {"min_minutes": 5, "max_minutes": 10, "first_start": "01:00", "last_start": "02:00", "max_children": 3}
    usual = tiny_problem(
        conferences=[conference(minutes=5, children=3, social_worker="TBC")],
        rooms=[room(starts=["01:00", "02:00"])],
        policy={"plausible": plausible, "placeholders": ["later"]},
    )
    assert remarks_of(usual) == ()
    odd = tiny_problem(
        conferences=[conference(minutes=4, children=4, social_worker="LATER")],
        rooms=[room(starts=["00:59"])],
        policy={"plausible": plausible, "placeholders": ["later"]},
    )
    assert [remark.place for remark in remarks_of(odd)] == [
        "rooms[0].starts[0]",
        "conferences[0].minutes",
        "conferences[0].children",
        "conferences[0].social_worker",
    ]


def test_a_few_missing_bank_holidays_are_named_and_the_rest_counted() -> None:
    listed = {"bank_holidays": ["2020-01-01"]}
    many = tiny_problem(calendar=listed, conferences=[conference(kind="review", trigger="2024-03-01", due="2027-03-19")])
    (remark,) = remarks_of(many)
    assert remark.place == "calendar.bank_holidays"
    assert remark.text.count("(between the trigger and the due date of A)") == 12
    assert " and 14 more. They count as working days. Add each that is missing." in remark.text
    assert len(remark.text) <= 1000


def test_other_spellings_of_social_workers_and_families_are_remarked_on_once_each() -> None:
    problem = tiny_problem(
        conferences=[
            conference("A", social_worker="SW-1", family="F-1"),
            conference("B", social_worker="sw-1", family="F-2"),
            conference("C", social_worker="sw-1", family="f-1\u200b"),
            conference("D", social_worker="SW\u20131", family="F-2"),
            conference("E", social_worker="SW-1", family="F-1"),
        ],
        apart=[["F-1", "f-2"]],
    )
    assert remarks_of(problem) == tuple(
        Remark(place=place, text=f"{text} Enter both in the same way.")
        for place, text in (
            ("conferences[1].social_worker", "'sw-1' counts as 'SW-1', the social worker at conferences[0].social_worker."),
            ("conferences[3].social_worker", "'SW\u20131' counts as 'SW-1', the social worker at conferences[0].social_worker."),
            ("conferences[2].family", "'f-1{U+200B}' counts as 'F-1', the family at conferences[0].family."),
            ("apart[0][1]", "'f-2' counts as 'F-2', the family at conferences[1].family."),
        )
    )


@pytest.mark.parametrize("worker", ["SW-1", "SW-2", "TBC", None])
def test_one_spelling_different_names_and_placeholders_are_not_another_spelling(worker: str | None) -> None:
    problem = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker=worker)])
    assert not any("counts as '" in remark.text for remark in remarks_of(problem))
