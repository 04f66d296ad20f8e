"""Signals while hundreds of connections a second open and close: no event is lost, and the end is in order.

    load_test.py PROGRAM

The sender is that of soak.py, in a network namespace. Exits with 77 (skipped) where there can be none.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from multiprocessing import Process, Value
from pathlib import Path

from live_run import SKIPPED, wait_until_confined
from live_socket import sniffing
from metrics_page import read, text_at, total
from program import Program, parse
from server import PATIENCE, free_port, running, wait_until
from soak import FROM, TO, send

INSIDE = "--inside"
RATE, STANDING = 500, 50  # connections a second, streams
END_WITHIN = 1  # seconds; 0.3 where nobody else uses the machine
STOPPED = 8  # seconds


class Load:
    """What the sender has sent is known once it has ended."""

    def __init__(self, seconds):
        options = argparse.Namespace(seconds=seconds, rate=RATE, standing=STANDING)
        begun, self.connections, self.packets = Value("i", 0), Value("q", 0), Value("q", 0)
        self.process = Process(target=send, args=(options, begun, self.connections, self.packets))
        self.process.start()
        wait_until(lambda: begun.value, "the sender does not begin")

    def going(self):
        return self.process.is_alive()

    def end(self):
        self.process.join()
        return self.connections.value, self.packets.value


@contextmanager
def live(program, folder, *options):
    with open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "-i", TO, "-f", "tcp", "--format", "ndjson", "--stats", *options]
        with running(command, stderr=errors) as process:
            wait_until(lambda: sniffing(process) or process.poll() is not None, "rtmpscope does not listen")
            wait_until_confined(process)
            yield process


def told(folder):
    return (folder / "errors").read_text()


def end(process, folder):
    process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert process.wait(PATIENCE) == 0, told(folder)
    return time.monotonic() - begin


def check_events(text):
    """Whole, each connection with its end, and the summary at last. Returns the number of connections."""
    events = parse(text)
    kinds = [event.get("event") for event in events]
    assert kinds[0] == "capture_start" and kinds[-1] == "capture_end", (kinds[0], kinds[-1])
    uids = {kind: [event.get("uid") for event in events if event.get("event") == kind]
            for kind in ("connection_open", "connection_close", "verdict")}
    assert sorted(uids["connection_open"]) == sorted(uids["connection_close"]) == sorted(uids["verdict"])
    assert len(set(uids["connection_open"])) == len(uids["connection_open"])
    assert [events[-1].get(f"{who}_drops") for who in ("kernel", "interface", "ring")] == [0, 0, 0], events[-1]
    return len(uids["connection_open"])


def check_hang_up(program, folder):
    """As logrotate does it, many times: all events are in one of the files, none in two."""
    output, moved = folder / "live.ndjson", []
    with live(program, folder, "-o", output) as process:
        load = Load(5)
        while load.going():
            moved.append(folder / f"live.ndjson.{len(moved)}")
            output.rename(moved[-1])
            process.send_signal(signal.SIGHUP)
            wait_until(output.exists, "there is no new file")
            time.sleep(0.1)
        connections, _ = load.end()
        time.sleep(1)
        end(process, folder)
    files = [*moved, output]
    assert len(files) > 20, files
    assert all(not path.stat().st_size or path.read_bytes().endswith(b"\n") for path in files), "lines are divided"
    assert check_events(b"".join(path.read_bytes() for path in files)) == connections


def check_end(program, folder):
    """SIGTERM, with all that can be written: files are whole, and say the same."""
    output, packets, rtmp = folder / "live.ndjson", folder / "all.pcapng", folder / "rtmp.pcapng"
    port = free_port()
    evidence = folder / "evidence"
    evidence.mkdir()
    evidence.chmod(0o777)
    for number, options in enumerate((("-w", packets), ("-w", rtmp, "--write", "rtmp"))):
        with live(program, folder, "-o", output, "--metrics", f"127.0.0.1:{port}", "--on-finding", "note", "--evidence",
                  evidence, *options) as process:
            load = Load(3)
            time.sleep(1.5)
            seen = read(text_at(port))
            assert total(seen, "rtmpscope_connections_opened_total") > 0
            took = end(process, folder)
            load.end()
        assert took < END_WITHIN, f"{took:.3f} s from SIGTERM to the end"
        connections = check_events(output.read_bytes())
        assert connections > RATE / 2, connections
        file = (packets, rtmp)[number]
        again = program.run("analyze", "--format", "ndjson", file)
        assert again.returncode == 0, again.stderr
        closes = [sorted(event.get("uid") for event in parse(text) if event.get("event") == "connection_close")
                  for text in (output.read_bytes(), again.stdout)]
        assert closes[0] == closes[1], (file, len(closes[0]), len(closes[1]))
        print(f"{connections} connections, {took:.3f} s from SIGTERM to the end")
    for path in evidence.iterdir():
        assert program.run("analyze", "--format", "ndjson", path).returncode == 0, path


def check_stop(program, folder):
    """Stopped for 8 s, as on a machine that swaps: it goes on, and all packets are there or counted."""
    output = folder / "live.ndjson"
    with live(program, folder, "-o", output, "-B", "4194304") as process:
        load = Load(STOPPED + 4)
        time.sleep(1)
        process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        process.send_signal(signal.SIGCONT)
        _, packets = load.end()
        time.sleep(2)
        end(process, folder)
    events = parse(output.read_bytes())
    last, drops = events[-1], [event for event in events if event.get("event") == "capture_drops"]
    lost = [last.get(f"{who}_drops") for who in ("kernel", "ring")]
    assert last.get("packets") + sum(lost) == packets, (last.get("packets"), lost, packets)
    assert lost[0] > 0 and drops[-1].get("kernel_drops") == lost[0], (lost, drops)
    opened = {kind: {event.get("uid") for event in events if event.get("event") == kind}
              for kind in ("connection_open", "connection_close")}
    assert opened["connection_open"] == opened["connection_close"]
    print(f"stopped for {STOPPED} s with a buffer of 4 MiB: {lost[0]} of {packets} packets dropped, and counted")


def main():
    if INSIDE not in sys.argv:
        if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode != 0:
            sys.exit(SKIPPED)
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, INSIDE], check=False).returncode)
    program = Program(Path(sys.argv[1]).resolve())
    for words in (f"add {FROM} type veth peer name {TO}", f"set {FROM} up", f"set {TO} up", "set lo up"):
        subprocess.run(["ip", "link", *words.split()], check=True)
    for check in (check_hang_up, check_end, check_stop):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            check(program, Path(folder))


if __name__ == "__main__":
    main()
