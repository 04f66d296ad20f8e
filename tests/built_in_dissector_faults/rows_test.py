"""What Wireshark's own RTMP dissector (4.0 to 4.6) gets wrong or leaves out, decoded right: a made-up capture for each.

    rows_test.py PROGRAM                 runs all of them
    rows_test.py PROGRAM --write FOLDER  writes the captures, to be looked at elsewhere
    rows_test.py PROGRAM --update        writes the list in README.md

Each row says which defect it is about, what is sent, and beside it the fields that must come out of the program.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

import amf_rows  # noqa: F401  (registers rows)
import chunk_rows  # noqa: F401
import command_rows  # noqa: F401
import connection_rows  # noqa: F401
import control_rows  # noqa: F401
import media_rows  # noqa: F401
import packets
from program import Program
from rows import ROWS, complaints

OTHER_OUTPUTS = (["--format", "ndjson", "--chunks", "--ranges"], ["--format", "json", "--redact"])
README = Path(__file__).with_name("README.md")
LIST_BEGINS = "| Area | Row | Capture |\n|---|---|---|\n"


def write(function, folder):
    """The session and the capture file that holds it."""
    session, path = function(), Path(folder) / f"{function.__name__}.pcap"
    session.end()
    packets.write_pcap(path, session.packets)
    return session, path


def check(program, folder, row):
    area, what, function = row
    session, path = write(function, folder)
    for options in OTHER_OUTPUTS:  # only to fit the schema, which Program sees to
        program.run("analyze", path, *options)
    return [
        f"{area}: {what}: {function.__name__}: {line}"
        for line in complaints(session, program.events("--no-analysis", path, *session.options))
    ]


def listed():
    lines = (
        f"| {area} | {what} | `{function.__name__}` |\n"
        for area, what, function in sorted(ROWS, key=lambda row: row[0])
    )
    return README.read_text().split(LIST_BEGINS)[0] + LIST_BEGINS + "".join(lines)


def main():
    program, options = Program(sys.argv[1]), sys.argv[2:]
    if options[:1] == ["--write"]:
        for _, _, function in ROWS:
            write(function, options[1])
        return 0
    if options == ["--update"]:
        README.write_text(listed())
        return 0
    names = [function.__name__ for _, _, function in ROWS]
    wrong = [f"two rows are named {name}" for name in {name for name in names if names.count(name) > 1}]
    if README.read_text() != listed():
        wrong.append("the list in README.md is stale: rows_test.py PROGRAM --update")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(cpu_count()) as pool:
        for lines in pool.map(partial(check, program, folder), ROWS):
            wrong += lines
    print(*wrong, f"{len(ROWS)} rows, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
