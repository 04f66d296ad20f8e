"""Live, what an attack has taken is given back: a minute after it ended, little more is held than at the start.

    memory_test.py PROGRAM QUIET_AFTERWARDS     each hostile capture, as if it came from an interface; waits no minute
    memory_test.py PROGRAM --interface [NAME…]  over loopback, with a real minute for each; not among the tests

An attack ends when its connections do: each is reset behind the capture. SYNs without an answer are left alone.
"""

import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "damaged"))

import packets as capture_file
from hostile_captures import HOSTILE
from hostile_crowds import CROWDS
from live_socket import may_listen, sniffing
from segments import RST
from server import wait_until

MEBIBYTE = 1 << 20
QUIET = 60  # seconds
MOST_LEFT = 20 * MEBIBYTE
STILL_OPEN = {"half_open": 2 * MEBIBYTE}  # besides: 16,384 connections that nobody has closed, 1.3 KiB each
MOST_OF_ALL = 600 * MEBIBYTE  # during the attack
# Kilobytes.
SIZE = {"half_open": 11_000, "open_bodies": 100_000, "closed_bodies": 60_000, "open_searches": 60_000,
        "waiting_searches": 60_000, "open_messages": 40_000}  # fmt: skip
SIZE_OTHERWISE = 4_000
NOTHING_CLOSED = ("half_open",)
STEP = 1000  # nanoseconds
ETHERNET, ADDRESSES = 14, 26  # bytes of headers before the IP header, and before its addresses
SKIPPED = 77
PAUSE_EVERY, PAUSE = 2_000_000, 0.1  # bytes, seconds: the kernel's buffer holds 64 MiB


def with_resets(packets):
    """Each connection's client resets it behind all else."""
    last = {}
    for packet in packets:
        at = ETHERNET + (packet.data[ETHERNET] & 15) * 4
        if packet.data[at + 2 : at + 4] == b"\x07\x8f" and packet.data[ETHERNET + 6] & 0x20 == 0:
            last[packet.data[ADDRESSES : at + 4]] = (packet, at)
    time = packets[-1].time
    for number, (packet, at) in enumerate(last.values()):
        sequence = struct.unpack_from(">I", packet.data, at + 4)[0] + len(packet.data) - at - 20
        flags = packet.data[: ETHERNET + 2] + b"\0\x28" + packet.data[ETHERNET + 4 : at + 4]
        tcp = struct.pack(">IIBBHHH", sequence & 0xFFFFFFFF, 0, 5 << 4, RST, 0, 0, 0)
        packets.append(capture_file.Packet(time + number * STEP, packet.link_type, flags + tcp, len(flags) + len(tcp)))
    return packets


def attack(name, path):
    {**HOSTILE, **CROWDS}[name](SIZE.get(name, SIZE_OTHERWISE), path)
    if name not in NOTHING_CLOSED:
        capture_file.write_pcap(path, with_resets(capture_file.read(path)))


def complaint(name, begin, most, end):
    print(f"{name}: {begin / MEBIBYTE:.1f}, {most / MEBIBYTE:.1f}, {end / MEBIBYTE:.1f} MiB", flush=True)
    if end - begin > MOST_LEFT + STILL_OPEN.get(name.partition(",")[0], 0):
        return [f"{name}: {end - begin} bytes more than at the start"]
    return [f"{name}: {most} bytes of memory"] if most > MOST_OF_ALL else []


def replayed(name, quiet_afterwards, folder):
    path, wrong = folder / f"{name}.pcap", []
    attack(name, path)
    for output_format in ("text", "ndjson"):
        command = [quiet_afterwards, path, output_format, str(QUIET)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        wrong += complaint(f"{name}, {output_format}", *map(int, result.stdout.split()))
    path.unlink()
    return wrong


def resident(process):
    return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024


def send_all(packets):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as interface:
        interface.bind(("lo", 0))
        sent = 0
        for packet in packets:
            interface.send(packet.data)
            sent += len(packet.data) + 100
            if sent > PAUSE_EVERY:
                sent = 0
                time.sleep(PAUSE)


def on_interface(name, program, folder):
    path = folder / f"{name}.pcap"
    attack(name, path)
    packets = capture_file.read(path)
    command = [program, "live", "-i", "lo", "-f", "net 10.0.0.0/8", "--format", "ndjson", "-o", "/dev/null"]
    with subprocess.Popen(command) as live:
        wait_until(lambda: sniffing(live), "rtmpscope does not listen")
        begin = resident(live)
        send_all(packets)
        most = resident(live)
        time.sleep(QUIET)
        wrong = complaint(name, begin, most, resident(live))
        live.terminate()
    return wrong


def main():
    program, *arguments = sys.argv[1:]
    names, wrong = (*HOSTILE, *CROWDS), []
    with tempfile.TemporaryDirectory() as scratch:
        if arguments[0] == "--interface":
            if not may_listen():
                print("capturing is not allowed here")
                return SKIPPED
            for name in arguments[1:] or names:
                wrong += on_interface(name, program, Path(scratch))
        else:
            with ThreadPoolExecutor(cpu_count()) as pool:
                for lines in pool.map(lambda name: replayed(name, arguments[0], Path(scratch)), names):
                    wrong += lines
    print(*wrong, f"{len(names)} attacks, {len(wrong)} complaints", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
