"""What signals do to a live run: SIGHUP opens the output file anew, and none of them loses an event.

    signals_test.py PROGRAM

Traffic is made on loopback, in the test's own connections. Exits with 77 (skipped) where listening is not allowed.
"""

import signal
import sys
import tempfile
from pathlib import Path

from live_run import commands_in, give_to_anybody, start, wait_for_listening
from program import Program, parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until


def check_rotation(program, folder):
    """The file is moved away, as logrotate does; after SIGHUP the rest is in a new one, and nothing is in neither."""
    port = free_port()
    output, context = start(program, folder, port, "--format", "ndjson")
    moved = folder / "live.ndjson.1"
    with context as live:
        wait_for_listening(live, folder)
        connection(port, ["first"])
        wait_until(lambda: commands_in(output) == ["first"], "the first event does not come")
        output.rename(moved)
        live.send_signal(signal.SIGHUP)
        connection(port, ["second"])
        wait_until(lambda: commands_in(output) == ["second"], "the second event is not in the new file")
        live.send_signal(signal.SIGHUP)  # the file is still there: what it holds stays
        connection(port, ["third"])
        wait_until(lambda: commands_in(output) == ["second", "third"], "the file was emptied")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
    assert commands_in(moved) == ["first"]
    assert parse(output.read_bytes())[-1].get("event") == "capture_end"


def check_hang_up_without_a_file(program, folder):
    port = free_port()
    with open(folder / "out", "wb") as output, open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "--format", "ndjson"]
        with running(command, signal.SIGTERM, stdout=output, stderr=errors) as live:
            wait_for_listening(live, folder)
            live.send_signal(signal.SIGHUP)
            connection(port, ["only"])
            wait_until(lambda: commands_in(folder / "out") == ["only"], "SIGHUP stopped the output")
            live.send_signal(signal.SIGTERM)
            assert live.wait(PATIENCE) == 0


def check_lines_come_while_it_runs(program, folder):
    """Text, too: each line as it happens, not when a buffer is full."""
    port = free_port()
    output, context = start(program, folder, port)
    with context as live:
        wait_for_listening(live, folder)
        connection(port, ["somebody"])
        wait_until(lambda: "somebody(1)" in output.read_text(), "the line does not come")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0


def main():
    program = Program(sys.argv[1])
    for check in (check_rotation, check_hang_up_without_a_file, check_lines_come_while_it_runs):
        with tempfile.TemporaryDirectory() as folder:
            give_to_anybody(folder)
            check(program, Path(folder))
    print("signals and rotation: as they should be")


if __name__ == "__main__":
    main()
