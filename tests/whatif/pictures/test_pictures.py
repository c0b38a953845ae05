import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.pictures import picture, picture_names, write_pictures
from scheduler.whatif.pictures.bar_charts import MAX_PANELS, MAX_ROWS, caseloads, children, rooms, tiers
from scheduler.whatif.pictures.crossing import MAX_POINTS, crossing
from scheduler.wording import without_controls
from tests.whatif.comparison_builders import crossed, leaving, small

NAMES = ("children", "tiers", "caseloads", "rooms")
ROWS = ["base", "AYL-1 closes", "none", "never"]
NEITHER = ["no schedule", "not solved"]
PROOFS = (
    "✓: proven, no schedule can have less. ≥: not proven, but no schedule can have less than that. "
    "?: what comes before is not proven, so that nothing is certain of the least that this can be."
)


def texts(comparison: Comparison, name: str) -> list[str]:
    """Return the texts of a picture in drawing order."""
    root = ElementTree.fromstring(picture(comparison, name, "svg"))
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_children_in_time():
    assert texts(small(), "children") == [
        *ROWS, "2 of 5", "0 of 5", *NEITHER, "All children",
        "0 of 3", "0 of 3", *NEITHER, "Initial (ICPC)",
        "2 of 2", "0 of 2", *NEITHER, "Review (RCPC)",
        "What if: A & <B>, 8 to 12 March 2027. Children whose conference is in time", "in time", "late", "not placed",
    ]  # fmt: skip


def test_tiers_with_their_proofs():
    written = texts(small(), "tiers")
    assert written[:24] == [
        *ROWS, "0 ✓", "1 ✓", *NEITHER, "Conferences not placed",
        "33 ✓", "45 (≥ 40)", *NEITHER, "Lateness",
        "2 ✓", "0 ?", *NEITHER, "Children above the caps",
        "0 ✓", "48 ?", *NEITHER, "Preferences",
    ]  # fmt: skip
    assert " ".join(written[24:]) == (
        f"What if: A & <B>, 8 to 12 March 2027. What matters most first (smaller is better) {PROOFS} "
        "0 in every schedule found: Changes to what is published and Children handed over. "
        "certain not proven: the least that there can be is anywhere in this part the base"
    )


def test_notes_say_everywhere_only_if_every_scenario_has_a_schedule():
    one = small()
    whole = one.model_copy(update={"scenarios": one.scenarios[:1], "missing": ()})
    assert tiers(whole).note == f"{PROOFS} 0 everywhere: Changes to what is published and Children handed over."
    assert [children(of).note for of in (base_alone(whole), base_alone(one))] == [
        "In time everywhere: review (RCPC).",
        "In time in every schedule found: review (RCPC).",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_without_any_schedule_has_no_notes(name: str):
    one = small()
    none = one.model_copy(update={"base": one.scenarios[1], "scenarios": one.scenarios[1:]})
    written = texts(none, name)
    assert written[:6] == ["none", "none", "never", "no schedule", "no schedule", "not solved"]
    assert not [text for text in written if "every schedule" in text or "everywhere" in text]


def base_alone(comparison: Comparison) -> Comparison:
    """Return the comparison without the scenarios that have a schedule."""
    without = tuple(result for result in comparison.scenarios if result.outlook is None)
    return comparison.model_copy(update={"scenarios": without})


def test_the_uncertain_part_of_a_bar_is_hatched():
    late = tiers(small()).panels[1]
    assert [[(amount, look.name) for amount, look in bar.parts] for bar in late.bars] == [
        [(33, "SOLID")], [(40, "SOLID"), (5, "HATCHED")], [], [],
    ]  # fmt: skip
    assert late.line == 33
    preferences = tiers(small()).panels[3]
    assert [(amount, look.name) for amount, look in preferences.bars[1].parts] == [(48, "HATCHED")]


def test_caseloads_against_the_cap():
    assert texts(small(), "caseloads") == [
        *ROWS, "87 (+2)", "84", *NEITHER, "C1, cap 85",
        "0", "3", *NEITHER, "Advisor 2, cap 85",
        "0", "0", *NEITHER, "Manager, cap 0",
        "What if: A & <B>, 8 to 12 March 2027. Children of each CPA against the cap",
        "(+7): 7 children above the cap. –: not there.", "children", "above the cap", "the cap",
    ]  # fmt: skip
    assert [[bar.mark for bar in panel.bars] for panel in caseloads(small()).panels] == [
        [85, 85, None, None], [85, 85, None, None], [0, 0, None, None],
    ]  # fmt: skip


def test_chairs_who_leave_are_gone_and_their_children_have_no_chair():
    assert texts(leaving(), "caseloads") == [
        "base", "two leave", "0", "170", "Children without a chair",
        "83", "gone", "C1, cap 85",
        "87 (+2)", "gone", "Advisor 2, cap 85",
        "5 (+5)", "5 (+5)", "Manager, cap 0",
        "What if: A & <B>, 8 to 12 March 2027. Children of each CPA against the cap",
        "(+7): 7 children above the cap. –: not there. gone: not in post after the plan; the children have no CPA until they are "
        "handed over.", "children", "above the cap", "without a chair", "the cap",
    ]  # fmt: skip
    panels = caseloads(leaving()).panels
    assert [[(amount, look.name) for amount, look in panel.bars[1].parts] for panel in panels[:3]] == [[(170, "EMPTY")], [], []]
    assert [panel.bars[1].mark for panel in panels] == [None, None, None, 0]


def test_rooms_that_only_a_scenario_has():
    assert texts(small(), "rooms") == [
        *ROWS, "1 of 10", "0 of 4", *NEITHER, "Aylesbury, AYL-1",
        "0 of 10", "–", *NEITHER, "Wycombe, WYC-1",
        "–", "1 of 5", *NEITHER, "Aylesbury, AYL-2",
        "What if: A & <B>, 8 to 12 March 2027. Use of rooms",
        "Of the starts that a room offers on the days on which it is open. –: not there.", "starts used", "starts free",
    ]  # fmt: skip


def test_a_grid_is_a_map_of_numbers():
    assert picture_names(crossed()) == (*NAMES, "grid")
    written = texts(crossed(), "grid")
    rooms, chairs = ["1 room", "2 rooms"], ["1 chair", "2 chairs"]
    assert written[:33] == [
        *rooms, *chairs, "3", "not solved", "3", "3", "Children not in time",
        *rooms, "1", "(≥ 0)", "not solved", "0 ✓", "0 ✓", "Conferences not placed",
        *rooms, "0 ?", "not solved", "33 ✓", "33 ✓", "Lateness",
        *rooms, "0 ?", "not solved", "2", "(≥ 1)", "2", "(≥ 1)", "Children above the caps",
    ]  # fmt: skip
    assert " ".join(written[33:]) == (
        "What if: A & <B>, 8 to 12 March 2027, demand +20%. Smaller is better "
        f"Darker is more. Framed: as things are. {PROOFS} "
        "0 in every schedule found: Changes to what is published, Children handed over and Preferences."
    )


def test_only_two_varying_settings_make_a_grid():
    assert picture_names(small()) == NAMES
    with pytest.raises(KeyError):
        picture(small(), "grid", "svg")
    with pytest.raises(KeyError):
        picture(small(), "nothing", "svg")
    one = crossed()
    first, *others = one.axes
    assert crossing(one.model_copy(update={"axes": (first, others[0][:1], others[1])})) is None
    many = tuple(map(str, range(MAX_POINTS + 1)))
    assert crossing(one.model_copy(update={"axes": (first, many, others[1])})) is None
    assert crossing(one.model_copy(update={"axes": (first, many[1:], others[1])})) is not None


def test_unsolved_scenarios_keep_their_place_in_a_grid():
    one = crossed()
    axes = crossing(one.model_copy(update={"scenarios": one.scenarios[:1]}))
    assert axes is not None
    assert (axes.rows, axes.columns, list(axes.results)) == (
        ("1 chair", "2 chairs"),
        ("1 room", "2 rooms"),
        [("1 chair", "1 room")],
    )


def test_panels_cover_only_the_rows_shown():
    one = small()
    outlook = one.scenarios[0].outlook
    assert outlook is not None
    another = outlook.model_copy(
        update={
            "caseloads": (outlook.caseloads[0].model_copy(update={"chair": "C9"}),),
            "rooms": (outlook.rooms[0].model_copy(update={"id": "AYL-9"}),),
        }
    )
    last = one.scenarios[0].model_copy(update={"outlook": another})
    scenarios = (one.scenarios[0],) * (MAX_ROWS - 1)
    whole, cut = (one.model_copy(update={"scenarios": (*scenarios[n:], last)}) for n in (1, 0))
    assert len(caseloads(whole).panels) == len(caseloads(cut).panels) + 1
    assert len(rooms(whole).panels) == len(rooms(cut).panels) + 1


def test_a_note_counts_what_does_not_fit():
    one = small()
    outlook = one.base.outlook
    assert outlook is not None
    loads = tuple(outlook.caseloads[0].model_copy(update={"chair": f"C{n}"}) for n in range(MAX_PANELS + 1))
    base = one.base.model_copy(update={"outlook": outlook.model_copy(update={"caseloads": loads})})
    bars = caseloads(one.model_copy(update={"base": base, "missing": tuple(map(str, range(MAX_ROWS)))}))
    assert (len(bars.names), len(bars.panels)) == (MAX_ROWS, MAX_PANELS)
    assert bars.note.endswith("In the tables, not here: 3 more scenarios and 1 more column.")


@pytest.mark.parametrize(
    "name",
    [
        "$x^2$ & <b>\\frac",
        "=SUM(A1)",
        "W" * 200,
        "Ünïcode – “two” 離れる",
        "bell \a and \x1b[31mred",
        "no\uffffletter",
        "a " * 99 + "a",
    ],
)
@pytest.mark.filterwarnings("error")
def test_any_name_is_written_unchanged_or_cut(name: str):
    written = texts(small(name), "tiers")
    lines = written[1 : written.index("none")]
    assert len(lines) <= 3
    shown = "".join(lines).replace(" ", "")
    whole = without_controls(name).replace(" ", "")
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]) and len(shown) > 30)


def test_the_same_comparison_makes_the_same_files(tmp_path: Path):
    written = write_pictures(crossed(), tmp_path / "plots")
    assert [path.name for path in written] == [f"{name}.{form}" for name in (*NAMES, "grid") for form in ("svg", "png")]
    again = write_pictures(crossed(), tmp_path / "again")
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in again]
    for path in written:
        if path.suffix == ".png":
            assert imread(path).shape[1] > 1000
        else:
            assert not re.search(r"<dc:date>|<dc:creator>", path.read_text())
