"""The process behind ``Cutting``: runs the cut loop for its parent. It never imports OR-Tools, which has another HiGHS."""

from __future__ import annotations

from scheduler.engines.cuts.loop import cut_down
from scheduler.isolation import answer_calls

if __name__ == "__main__":
    answer_calls(cut_down)
