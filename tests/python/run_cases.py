"""Runs a comparison of the plugin with the analyzer for many cases, on all processors."""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count


def run_cases(compare, cases, summary, proof):
    """Ends the process with 1 if anything is wrong, with 0 if not.

    compare(case, program=, plugin=, series=) gives (Counter, lines about what is wrong); the three come from the
    command line. Prints all lines and `summary`, in which {name} stands for a sum of the counters. Fails if the sum
    `proof` is 0, for then nothing was compared.
    """
    program, plugin, series = sys.argv[1:4]
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(compare, program=program, plugin=plugin, series=series), cases))
    total = sum((counts for counts, _ in results), Counter())
    lines = [line for _, listed in results for line in listed]
    print(*lines, summary.format_map(total), sep="\n")
    assert total[proof] > 0
    sys.exit(1 if lines else 0)
