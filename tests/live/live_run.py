"""A live run on loopback: started, awaited, and what it has written."""

import os
import re
import signal
import sys
from pathlib import Path

from live_socket import sniffing
from program import parse
from server import running, wait_until

SKIPPED = 77


def give_to_anybody(folder):
    """The program is nobody once it runs, and opens its files anew."""
    os.chmod(folder, 0o777)


def commands_in(path):
    events = parse(path.read_bytes()) if path.exists() else []
    return [event.get("command").get("name") for event in events if event.get("command")]


def start(program, folder, port, *options, **streams):
    """Returns the output file, and the running process as a context."""
    output = folder / "live.ndjson"
    command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "-o", output, *options]
    return output, running(command, signal.SIGTERM, stderr=open(folder / "errors", "wb"), **streams)


def statuses(process):
    """What /proc says of each thread."""
    for status in Path(f"/proc/{process.pid}/task").glob("*/status"):
        yield dict(re.findall(r"^(\w+):[ \t]*(.*?)[ \t]*$", status.read_text(), re.M))


def wait_until_confined(process):
    """From then on all is open, and packets are read."""

    def confined():
        return all(status["Seccomp"] == "2" for status in statuses(process))

    wait_until(lambda: process.poll() is not None or confined(), "no filter of system calls")
    assert process.poll() is None, "it has ended"


def wait_for_listening(live, folder):
    """Ends the test with 77 where listening is not allowed."""
    wait_until(lambda: sniffing(live) or live.poll() is not None, "rtmpscope does not listen")
    if live.poll() is not None:
        text = (folder / "errors").read_text()
        if "no permission" in text or "not permitted" in text:
            print("capturing is not allowed here:", text)
            sys.exit(SKIPPED)
        raise AssertionError(text)
