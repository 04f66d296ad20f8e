"""How long it takes, by the clock: from a packet to its line, and from SIGTERM to the end.

    PYTHONPATH=tests/python:tests/live tests/live/measure_delays.py PROGRAM

The bounds are for the median of several tries, since a busy machine delays every process now and then.
"""

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median

from live_socket import may_listen, sniffing
from packets import LINK_ETHERNET, NANOSECOND_MAGIC
from rtmp_writer import COMMAND_AMF0, amf0_values
from server import PATIENCE, wait_until
from session import ACK, CLIENT, Session

MOST_TO_A_LINE = 0.2  # seconds
MOST_TO_THE_END = 0.3
TRIES = 15
PORT = 19350
FORMATS = ("text", "ndjson")
SKIPPED = 77


class Ended(Session):
    def end(self):
        super().end()
        self._packet(CLIENT, ACK)


class Pipe:
    """Standard input."""

    command = ("analyze",)

    def begin(self, process):
        self.stream = process.stdin
        self.stream.write(struct.pack("<IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 262144, LINK_ETHERNET))

    def send(self, packets):
        for packet in packets:
            seconds, nanoseconds = divmod(packet.time, 1_000_000_000)
            self.stream.write(struct.pack("<IIII", seconds, nanoseconds, len(packet.data), len(packet.data)))
            self.stream.write(packet.data)
        self.stream.flush()


class Interface:
    command = ("live", "-i", "lo", "-f", f"tcp port {PORT}")

    def begin(self, process):
        wait_until(lambda: sniffing(process), "rtmpscope does not listen")
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("lo", 0))

    def send(self, packets):
        for packet in packets:
            self.socket.send(packet.data)


@contextmanager
def reading(program, place, output_format):
    files = ["-"] if isinstance(place, Pipe) else []
    command = [program, *place.command, "--format", output_format, *files]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **streams) as process:
        try:
            place.begin(process)
            yield process
        finally:
            process.kill()


def seconds_until(process, text):
    begin, seen = time.monotonic(), b""
    while text not in seen:
        left = begin + PATIENCE - time.monotonic()
        assert left > 0 and select.select([process.stdout], [], [], left)[0], f"{text} does not come"
        seen += os.read(process.stdout.fileno(), 1 << 16)
    return time.monotonic() - begin


def new_packets(session, sent):
    new = session.packets[sent:]
    return new, len(session.packets)


def lines(program, place, output_format):
    """Seconds to the line of each command; in text of a pipe, to the block of each connection, which it has ended."""
    delays = []
    with reading(program, place, output_format) as process:
        session, sent = Ended(port=PORT), 0
        for number in range(TRIES):
            name = f"mark{number}."
            session.send(CLIENT, COMMAND_AMF0, amf0_values(name, number, None), None)
            blocks = isinstance(place, Pipe) and output_format == "text"
            if blocks:
                session.end()
            packets, sent = new_packets(session, sent)
            place.send(packets)
            delays.append(seconds_until(process, name.encode()))
            if blocks:
                session, sent = Ended(port=PORT), 0
            time.sleep(0.05 + number * 0.01)  # not in step with the program's own waiting
    return delays


def ends(program):
    """Seconds from SIGTERM to the end of the process, in the midst of a connection."""
    delays = []
    for number in range(TRIES // 2):
        place = Interface()
        with reading(program, place, FORMATS[number % 2]) as process:
            session = Session(port=PORT)
            session.send(CLIENT, COMMAND_AMF0, amf0_values("mark.", number, None), None)
            place.send(session.packets)
            seconds_until(process, b"mark.")
            time.sleep(0.05 + number * 0.03)
            begin = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            delays.append(time.monotonic() - begin)
            assert process.returncode == 0
    return delays


def complaint(what, delays, most):
    milliseconds = [f"{delay * 1000:.0f}" for delay in (min(delays), median(delays), max(delays))]
    print(f"{what}: {milliseconds[0]} to {milliseconds[2]} ms, median {milliseconds[1]}", flush=True)
    return [f"{what}: {milliseconds[1]} ms, more than {most * 1000:.0f}"] if median(delays) > most else []


def main():
    program, wrong = sys.argv[1], []
    places = [Pipe, Interface] if may_listen() else [Pipe]
    for place in places:
        for output_format in FORMATS:
            delays = lines(program, place(), output_format)
            wrong += complaint(f"{place.__name__.lower()}, {output_format}", delays, MOST_TO_A_LINE)
    if may_listen():
        wrong += complaint("from SIGTERM to the end", ends(program), MOST_TO_THE_END)
    print(*wrong, f"{len(places)} places, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0 if may_listen() else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
