"""Prints the table of verdicts of all captures of a folder.

    verdict_table.py PROGRAM FOLDER [NAME…]
"""

import sys

from program import Program
from verdict_lines import captures_in, lines


def main():
    program = Program(sys.argv[1])
    for capture in captures_in(sys.argv[2]):
        if len(sys.argv) > 3 and not any(name in capture.name for name in sys.argv[3:]):
            continue
        for line in lines(program, capture):
            print(line)


if __name__ == "__main__":
    main()
