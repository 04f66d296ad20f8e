"""The verdicts of all samples, letter for letter: one line a connection, and one for the capture.

    verdicts_test.py PROGRAM [--update]

Lines of the table that begin with "#" say what is not obvious. The table is read line by line by a person when it changes; `verdict_table.py` prints that of any folder.
"""

import difflib
import sys
from pathlib import Path

from program import Program, SAMPLES
from verdict_lines import captures_in, lines

TABLE = Path(__file__).with_name("verdicts.txt")


def main():
    program = Program(sys.argv[1])
    table = "".join(f"{line}\n" for capture in captures_in(SAMPLES) for line in lines(program, capture))
    known = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    if "--update" in sys.argv:
        TABLE.write_text("".join(line for line in known if line.startswith("#")) + table, encoding="utf-8")
        return 0
    expected = "".join(line for line in known if not line.startswith("#"))
    differences = difflib.unified_diff(expected.splitlines(), table.splitlines(), "expected", "found", lineterm="")
    for line in differences:
        print(line)
    assert table, "no verdict at all"
    return 0 if table == expected else 1


if __name__ == "__main__":
    sys.exit(main())
