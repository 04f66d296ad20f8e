"""A long run: connections that open and close all the time, and streams that stand.

    soak.py PROGRAM [--seconds 60] [--rate 1000] [--standing 500] [--settle 25] [--most 100]

The packets are made up, and sent from one interface of a pair to the other in a network namespace. Each connection has
a handshake, a connect with its answer, and a proper end; each standing stream is published, and has a frame a second.
A reader takes all events from a socket. Each connection has its event, unless what is missing was counted as dropped.
Memory is below --most MB, and in a run of ten minutes and more it grows by 5 % at most after --settle seconds. Before
that the program is stopped for 8 s (SIGSTOP). Needs root. For the hour: --seconds 3600 --settle 300.
"""

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import Process, Value
from pathlib import Path

from live_run import SKIPPED, wait_until_confined
from live_socket import sniffing
from rtmp_writer import VIDEO, amf0_values, message
from server import PATIENCE, running, wait_until
from session import ACK, CLIENT, PUSH, SERVER, Session

FROM, TO = "soak0", "soak1"
INSIDE = "--inside"
GROWTH = 1.05
WINDOW = 60  # seconds over which memory is averaged
LONG_RUN = 600
STOPPED = 8  # seconds
TURN = 0.01  # seconds between two bursts of the sender
CLIENT_PORT = 50000  # of the sessions that Session makes up
# Offsets in a packet: Ethernet 14, IP 20.
ADDRESSES, PORTS = slice(26, 34), slice(34, 38)
KEY_FRAME = bytes.fromhex("1701000000") + (400).to_bytes(4, "big") + b"\x65" + bytes(399)


def short_session():
    session = Session()
    session.raw(CLIENT, message(20, amf0_values("connect", 1.0, {"app": "soak", "tcUrl": "rtmp://soak/soak"})))
    session.raw(SERVER, message(20, amf0_values("_result", 1.0, None, {"code": "NetConnection.Connect.Success"})))
    session.end()
    session.packet(CLIENT, ACK)
    return [packet.data for packet in session.packets]


def placed(data, address, port):
    """The packet as one of another client."""
    from_client = data[PORTS][:2] == CLIENT_PORT.to_bytes(2, "big")
    client, server = (address, b"\xc0\x00\x02\x02"), port.to_bytes(2, "big")
    hosts = b"".join(client if from_client else client[::-1])
    ports = server + b"\x07\x8f" if from_client else b"\x07\x8f" + server
    return data[:26] + hosts + ports + data[38:]


class Standing:
    """A stream that goes on."""

    def __init__(self, address, port):
        self.place = address, port
        self.session = Session()
        for name, number, *words in (("connect", 1.0, {"app": "soak"}), ("createStream", 2.0, None)):
            self.session.raw(CLIENT, message(20, amf0_values(name, number, *words)))
        self.session.raw(SERVER, message(20, amf0_values("_result", 2.0, None, 1.0)))
        self.session.raw(CLIENT, message(20, amf0_values("publish", 3.0, None, "soak", "live"), stream=1))
        self.session.raw(SERVER, message(20, amf0_values("onStatus", 0.0, None, {"code": "NetStream.Publish.Start"}),
                                         stream=1))
        self.seconds = 0

    def next(self):
        """A key frame, and its acknowledgement."""
        self.session.raw(CLIENT, message(VIDEO, KEY_FRAME, time=self.seconds * 1000, stream=1))
        self.session.packet(SERVER, ACK)
        self.seconds += 1

    def end(self):
        self.session.end()
        self.session.packet(CLIENT, ACK)

    def take(self):
        packets, self.session.packets = self.session.packets, []
        return [placed(packet.data, *self.place) for packet in packets]


def send(options, begun, sent_connections, sent_packets):
    """Runs as a process. Counts what was sent."""
    side = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    side.bind((FROM, 0))
    side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    template = short_session()
    standing = [Standing(b"\x0a\x01" + number.to_bytes(2, "big"), 40000) for number in range(options.standing)]
    start, opened, turns = time.monotonic(), 0, round(1 / TURN)
    begun.value = 1
    for turn in range(int(options.seconds * turns)):
        for number, stream in enumerate(standing):
            if number % turns != turn % turns:
                continue
            stream.next()
            for packet in stream.take():
                side.send(packet)
                sent_packets.value += 1
        while opened < options.rate * (turn + 1) // turns:
            address, port = b"\x0a\x02" + (opened // 50000 % 65536).to_bytes(2, "big"), 10000 + opened % 50000
            for packet in template:
                side.send(placed(packet, address, port))
            sent_packets.value += len(template)
            opened += 1
        time.sleep(max(0, start + (turn + 1) * TURN - time.monotonic()))
    for stream in standing:
        stream.end()
        for packet in stream.take():
            side.send(packet)
            sent_packets.value += 1
    sent_connections.value = opened + options.standing


class Reader:
    """Takes the events, and counts some."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        os.chmod(path, 0o777)
        self.listener.listen()
        self.closed = self.lines = 0
        self.last = b""
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        side, _ = self.listener.accept()
        rest = b""
        while data := side.recv(1 << 20):
            data = rest + data
            whole = data.rfind(b"\n") + 1
            rest = data[whole:]
            self.closed += data.count(b'{"event":"connection_close"', 0, whole)
            self.lines += data.count(b"\n", 0, whole)
            if whole:
                self.last = data[data.rfind(b"\n", 0, whole - 1) + 1:whole]


def resident(process):
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) * 1024


def watch(options, process, sender):
    """Returns memory by the second, with a stop before it is to be flat."""
    memory, start, stopped = [], time.monotonic(), False
    while sender.is_alive():
        time.sleep(1)
        passed = time.monotonic() - start
        if not stopped and passed > options.settle / 3:
            stopped = True
            process.send_signal(signal.SIGSTOP)
            time.sleep(STOPPED)
            process.send_signal(signal.SIGCONT)
        assert process.poll() is None, "it has ended"
        memory.append((passed, resident(process)))
    return memory


def check_memory(options, memory):
    """After the standing streams have all that they ever have, which takes some minutes, it is flat."""
    settled = [size for passed, size in memory if options.settle <= passed < options.settle + WINDOW]
    end = [size for passed, size in memory if passed > options.seconds - WINDOW]
    print("MB each half minute:", *(f"{size / 1e6:.0f}" for _, size in memory[::30]))
    assert max(size for _, size in memory) <= options.most * 1e6, f"more than {options.most} MB"
    if options.seconds < LONG_RUN:
        return
    growth = statistics.mean(end) / statistics.mean(settled)
    print(f"{statistics.mean(settled) / 1e6:.1f} MB behind {options.settle} s, {statistics.mean(end) / 1e6:.1f} "
          f"MB at the end, a growth of {100 * growth - 100:.1f} %")
    assert growth <= GROWTH, "memory grows"


def run(options):
    for words in (f"add {FROM} type veth peer name {TO}", f"set {FROM} up", f"set {TO} up"):
        subprocess.run(["ip", "link", *words.split()], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        reader = Reader(folder / "events")
        command = [options.program, "live", "-i", TO, "-f", "tcp", "--format", "ndjson", "--stats",
                   "-o", f"unix:{folder / 'events'}"]
        with open(folder / "errors", "wb") as errors, running(command, stderr=errors) as process:
            wait_until(lambda: sniffing(process) or process.poll() is not None, "rtmpscope does not listen")
            wait_until_confined(process)
            begun, connections, packets = Value("i", 0), Value("q", 0), Value("q", 0)
            sender = Process(target=send, args=(options, begun, connections, packets))
            sender.start()
            wait_until(lambda: begun.value, "the sender does not begin")
            memory = watch(options, process, sender)
            sender.join()
            time.sleep(2)
            process.terminate()
            assert process.wait(PATIENCE) == 0
        reader.thread.join(PATIENCE)
        told = (folder / "errors").read_text()
    check_memory(options, memory)
    check_events(reader, told, connections.value, packets.value)


def check_events(reader, told, connections, packets):
    last = next(line for line in told.splitlines() if "packets captured" in line)
    captured, *dropped = (int(number) for number in re.findall(r"\d+", last))  # by kernel, interface, rtmpscope
    lines = re.search(r"(\d+) lines were not written", told)
    lines_lost = int(lines[1]) if lines else 0
    print(f"{connections} connections in {packets} packets, {captured} captured, {sum(dropped)} dropped; "
          f"{reader.closed} ends in {reader.lines} events, {lines_lost} lines dropped")
    assert captured + dropped[0] + dropped[2] == packets, (captured, dropped, packets)
    assert b'"event":"capture_end"' in reader.last or lines_lost, reader.last
    if sum(dropped) == 0:
        assert reader.closed <= connections <= reader.closed + lines_lost, (reader.closed, connections, lines_lost)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    for name, value in (("seconds", 60), ("rate", 1000), ("standing", 500), ("settle", 25), ("most", 100)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument(INSIDE, action="store_true")
    options = parser.parse_args()
    options.program = str(Path(options.program).resolve())
    if not options.inside:
        if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode != 0:
            sys.exit(SKIPPED)
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, INSIDE], check=False).returncode)
    run(options)


if __name__ == "__main__":
    main()
