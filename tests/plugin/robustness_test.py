"""Broken captures: tshark ends well, and whatever is malformed is an expert item, not an exception.

    robustness_test.py PROGRAM PLUGIN SERIES [--runs N] [--first N] [--keep FOLDER]

A run changes 1 % of a sample's bytes; every fourth round over the samples also cuts packets and deletes some. Without
--runs it is one round.
"""

import argparse
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import packets
from program import samples
from wireshark import IN_ORDER, Tshark

ROUNDS_WITH_ALL_DAMAGES = 4
WAYS = ([], ["-2", *IN_ORDER])
# The plugin's layer is the last of a packet: what Wireshark gives up there, it gives up in our code.
COMPLAINTS = (b"Dissector bug", b"[Malformed Packet: rtmpscope", b"rtmpscope: proto.c", b"assertion")
PACKET = re.compile(r"in packet \d+")
LOG_HEAD = re.compile(r"^\*\* \(tshark:\d+\) [\d:.]+ ")

SECRETS = 10  # type of a pcapng block


def secrets(capture):
    """The TLS key log that a pcapng file brings along."""
    contents, at, found = capture.read_bytes(), 0, b""
    while capture.suffix == ".pcapng" and at + 12 <= len(contents):
        block_type, block_length = struct.unpack_from("<II", contents, at)
        if block_type == SECRETS:
            (length,) = struct.unpack_from("<I", contents, at + 12)
            found += contents[at + 16 : at + 16 + length]
        at += block_length
    return found


def editcap(*arguments):
    subprocess.run(["editcap", *map(str, arguments)], check=True, capture_output=True)


def changed(capture, broken, run):
    editcap("-E", "0.01", "--seed", run, capture, broken)
    return f"editcap -E 0.01 --seed {run}"


def cut(capture, broken, run):
    length = random.Random(run).choice((60, 66, 67, 70, 96, 150, 256, 700, 1000))
    editcap("-s", length, capture, broken)
    return f"editcap -s {length}"


def deleted(capture, broken, run):
    """editcap takes 500 packet numbers at most."""
    chance = random.Random(run)
    packets = sorted(chance.sample(range(1, 2000), chance.choice((20, 100, 400))))
    editcap(capture, broken, *packets)
    return f"without packets {packets}"


def broken_captures(runs, first, folder):
    """Yields (name of the capture, what was done to it, file, number of the run)."""
    broken, captures = Path(folder) / "broken.pcap", samples()
    for run in range(first, first + runs):
        round_number, place = divmod(run, len(captures))
        capture = captures[place]
        if secrets(capture):  # editcap 4.0 writes no file with secrets, nor without them from such a one
            packets.write_pcap(Path(folder) / capture.name, packets.read(capture))
            capture = Path(folder) / capture.name
        yield capture, changed(capture, broken, run), broken, run
        if round_number % ROUNDS_WITH_ALL_DAMAGES == 0:
            damage = (cut, deleted)[(place + round_number // ROUNDS_WITH_ALL_DAMAGES) % 2]
            yield capture, damage(capture, broken, run), broken, run


def complaints(tshark, capture, *arguments):
    """What is not as it should be, each once, without times and numbers of processes."""
    try:
        output, said = tshark.run_with_errors("-n", "-r", tshark.readable(capture, "broken.pcap"), "-V", *arguments)
    except (AssertionError, subprocess.TimeoutExpired) as failure:
        return [str(failure)]
    lines = [line.decode(errors="replace").strip() for text in (output, said) if any(c in text for c in COMPLAINTS)
             for line in text.splitlines() if any(complaint in line for complaint in COMPLAINTS)]
    return list(dict.fromkeys(LOG_HEAD.sub("", line) for line in lines))


def own_complaints(tshark, bare, capture, *arguments):
    """Those that Wireshark has without anybody who decodes RTMP are not ours, such as an assertion of TCP's about cut
    packets with tcp.reassemble_out_of_order. It fails at other packets then."""
    lines = complaints(tshark, capture, *arguments)
    others = complaints(bare, capture, *arguments, "--disable-protocol", "rtmpt") if lines else []
    anywhere = {PACKET.sub("", line) for line in others}
    return [line for line in lines if PACKET.sub("", line) not in anywhere]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("plugin")
    parser.add_argument("series")
    parser.add_argument("--runs", type=int, default=len(samples()))
    parser.add_argument("--first", type=int, default=0, help="number of the first run, which is its seed, too")
    parser.add_argument("--keep", type=Path, help="where captures are copied to that fail")
    options = parser.parse_args()
    failures = done = 0
    with Tshark(options.plugin, options.series) as tshark, Tshark() as bare:
        keys = tshark.root / "keys"
        keys.write_bytes(b"".join(map(secrets, samples())))
        for capture, what, broken, run in broken_captures(options.runs, options.first, tshark.root):
            arguments = [*random.Random(run).choice(WAYS), "-o", f"tls.keylog_file:{keys}"]
            done += 1
            lines = own_complaints(tshark, bare, broken, *arguments)
            if not lines:
                continue
            failures += 1
            print(f"{capture.name}, {what} {' '.join(arguments)}:", *lines[:5], sep="\n  ", flush=True)
            if options.keep:
                shutil.copy(broken, options.keep / f"{run}_{capture.name}")
    print(f"{done} captures, {failures} failures")
    assert done > 0
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
