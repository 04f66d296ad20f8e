"""Somebody sets the clock while a live run goes on: it is told, and events go on.

    clock_test.py PROGRAM

libfaketime gives the program another clock than the kernel's, which dates the packets. It reads a file all the time,
which the sandbox does not allow. Exits with 77 (skipped) where listening is not allowed.
"""

import os
import re
import signal
import sys
import tempfile
from pathlib import Path

from live_run import commands_in, wait_for_listening
from program import Program, parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until

HOUR = 3600


def library():
    return next(path for folder in ("/usr/lib", "/usr/lib64") for path in Path(folder).rglob("libfaketimeMT.so.1"))


def check(program, folder, *options):
    port, offset, output = free_port(), folder / "offset", folder / "live.ndjson"
    offset.write_text("+0")
    environment = {**os.environ, "LD_PRELOAD": str(library()), "FAKETIME_TIMESTAMP_FILE": str(offset),
                   "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "--format", "ndjson", "-o", output,
               "--no-sandbox", *options]
    with open(folder / "errors", "wb") as errors, running(command, stderr=errors, env=environment) as live:
        wait_for_listening(live, folder)
        expected = []
        for name, seconds in (("before", 0), ("ahead", HOUR), ("behind", -HOUR)):
            offset.write_text(f"{seconds:+d}")
            steps = len(expected)
            wait_until(lambda: told(folder).count("the clock was set") == steps, f"{name}: it is not told")
            connection(port, [name])
            expected.append(name)
            wait_until(lambda: commands_in(output) == expected, f"{name}: the event does not come")
            wait_until(lambda: output.read_text().count("connection_close") == len(expected), f"{name}: it goes on")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, told(folder)
    assert parse(output.read_bytes())[-1].get("event") == "capture_end"
    steps = [float(step) for step in re.findall(r"the clock was set: ([+-][\d.]+) s", told(folder))]
    assert [round(step) for step in steps] == [HOUR, -2 * HOUR], steps


def told(folder):
    return (folder / "errors").read_text()


def main():
    program = Program(sys.argv[1])
    for options in ((), ("--fanout", "2")):
        with tempfile.TemporaryDirectory() as folder:
            check(program, Path(folder), *options)


if __name__ == "__main__":
    main()
