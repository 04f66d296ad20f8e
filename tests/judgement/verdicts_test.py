"""The verdicts of all samples, letter for letter: one line a connection, and one for the capture.

    verdicts_test.py PROGRAM [--update] [--captures FOLDER]

With --captures it is the table of a larger set, which the project does not hold for its size; captures that are not in
the folder are left out.
Lines of a table that begin with "#" say what is not obvious. A table is read line by line by a person when it changes;
`verdict_table.py` prints that of any folder.
"""

import argparse
import difflib
import sys
from pathlib import Path

from program import Program, SAMPLES
from verdict_lines import captures_in, lines

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--captures", type=Path)
    options = parser.parse_args()
    table = HERE / ("verdicts_of_more_captures.txt" if options.captures else "verdicts.txt")
    program = Program(options.program)
    captures = captures_in(options.captures or SAMPLES)
    found = [line for capture in captures for line in lines(program, capture)]
    known = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    if options.update:
        remarks = [line for line in known if line.startswith("#")]
        table.write_text("\n".join([*remarks, *found, ""]), encoding="utf-8")
        return 0
    expected = [line for line in known if not line.startswith("#")]
    if options.captures:
        names = {capture.name for capture in captures}
        expected = [line for line in expected if line.split(" | ")[0] in names]
    print(*difflib.unified_diff(expected, found, "expected", "found", lineterm=""), sep="\n")
    assert found, "no verdict at all"
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main())
