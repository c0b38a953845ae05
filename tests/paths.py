"""Folders that tests read from."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "data" / "examples"
INPUTS = ROOT / "tests" / "data" / "inputs"
FIXTURES = ROOT / "fixtures"
INSTANCES = ROOT / "benchmarks" / "instances"
DOCS = ROOT / "docs"
