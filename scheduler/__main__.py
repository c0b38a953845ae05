"""The command line: ``scheduler``, or ``python -m scheduler``."""

from __future__ import annotations

from scheduler.cli.import_interrupts import ending_on_interrupt


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    with ending_on_interrupt():
        from scheduler.cli.commands import run
    run()


if __name__ == "__main__":
    main()
