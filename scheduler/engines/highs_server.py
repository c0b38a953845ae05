"""The process that runs HiGHS for another: reads pickled calls from its standard input, writes pickled results."""

from __future__ import annotations

import os
import pickle
import sys

from scheduler.engines import highs
from scheduler.engines.results import NoResult


def serve() -> None:
    """Answer calls until the caller is gone."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a solver prints may get between the results
    while True:
        try:
            name, *arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        result = getattr(highs, name)(*arguments)
        pickle.dump(NoResult() if result is None else result, results, protocol=pickle.HIGHEST_PROTOCOL)
        results.flush()


if __name__ == "__main__":
    serve()
