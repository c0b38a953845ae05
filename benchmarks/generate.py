"""``python -m benchmarks.generate``: write every benchmark instance, reproducibly.

``instances/README.md`` gives the source of each number.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.months import Instances, months, quarters, weeks, years
from benchmarks.national import authorities
from scheduler.files.json_file import write_json

INSTANCES = Path(__file__).parent / "instances"

SIZES: Mapping[str, Instances] = {
    "week": weeks(),
    "month": months(),
    "quarter": quarters(),
    "year": years(),
    "national": authorities(),
}


def write_instances(folder: Path, sizes: Mapping[str, Instances]) -> Iterator[Path]:
    """Write the instances into a folder for each size, overwriting existing files, and yield each path."""
    for size, instances in sizes.items():
        (folder / size).mkdir(parents=True, exist_ok=True)
        for name, make in instances.items():
            path = folder / size / f"{name}.json"
            write_json(make(), path, compact=True)
            yield path


def main() -> None:
    """Write the instances of the requested sizes, or of all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sizes", nargs="*", metavar="SIZE", help=f"any of {', '.join(SIZES)}; default: all")
    arguments.add_argument(
        "--into", type=Path, default=INSTANCES, metavar="FOLDER", help="the folder to write to; default: the stored instances"
    )
    options = arguments.parse_args()
    unknown = [size for size in options.sizes if size not in SIZES]
    if unknown:
        arguments.error(f"there is no size {unknown[0]!r}. Enter any of {', '.join(SIZES)}.")
    for path in write_instances(options.into, {size: SIZES[size] for size in options.sizes or SIZES}):
        print(path)


if __name__ == "__main__":
    main()
