#!/usr/bin/env python3
"""What reading RTMPS costs, beside AES-128-GCM alone, the same session without TLS, and tshark with the same keys.

Makes a session of some 23 Mbit/s of media in TLS 1.2, and the same without TLS. The programs run in turns, so that a
change of the machine's load meets all of them. README.md in this folder says what the figures mean.
"""

import argparse
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
import make_captures

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import packets  # noqa: E402
from rtmp_writer import COMMAND_AMF0, SET_CHUNK_SIZE, amf0, message, u32  # noqa: E402
from session import C0_C1, C2, CLIENT, S0_S1_S2, SERVER, Session  # noqa: E402
from tls_session import TlsSession  # noqa: E402

SUITE = "ECDHE-ECDSA-AES128-GCM-SHA256"
RECORD = 16384


class PlainSession(Session):
    def write(self, direction, data):
        self.raw(direction, data, segment_size=self.segment_size)


def carry(session, size):
    session.write(CLIENT, C0_C1)
    session.write(SERVER, S0_S1_S2)
    session.write(CLIENT, C2)
    session.write(CLIENT, message(COMMAND_AMF0, amf0("connect") + amf0(1) + amf0({"app": "live"}), 3))
    session.write(CLIENT, message(SET_CHUNK_SIZE, u32(make_captures.CHUNK_SIZE), 2))
    for _, made in make_captures.media_messages(size):
        session.write(CLIENT, made)


def prepare(client, _):
    client.set_ciphers(SUITE)


def make(folder, size, segment_size):
    """Captures of both sessions, and the keys of one."""
    carried, plain, keys = folder / "rtmps.pcap", folder / "rtmp.pcap", folder / "keys"
    session = TlsSession(port=443, version=ssl.TLSVersion.TLSv1_2, prepare=prepare)
    session.segment_size = segment_size
    session.handshake_tls()
    carry(session, size)
    session.end()
    packets.write_pcap(carried, session.packets)
    keys.write_text(session.keys)
    session = PlainSession(handshake=False)
    session.segment_size = segment_size
    carry(session, size)
    session.end()
    packets.write_pcap(plain, session.packets)
    return carried, plain, keys


def cipher_speed():
    """Bytes a second of AES-128-GCM in one second's blocks of the size of a record."""
    command = ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(RECORD), "-evp", "aes-128-gcm"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"^\+F:\d+:[^:]+:([\d.]+)", output, re.MULTILINE)[1])


def commands(options, carried, plain, keys):
    rtmpscope = [options.rtmpscope, "analyze", "--no-progress", "--jobs", "1"]
    for form in (["--summary"], ["--format", "ndjson"]):
        yield f"RTMPS, {form[-1]}", [*rtmpscope, *form, "--keys", keys, carried], False
        yield f"RTMP, {form[-1]}", [*rtmpscope, *form, plain], False
    if not options.no_tshark:
        # Its own RTMP dissector cannot be put inside TLS: it decrypts, and shows the records.
        tshark = ["tshark", "-n", "-r", carried, "-o", f"tls.keylog_file:{keys}", "-Y", "tls", "-T", "ek", "-J", "tls"]
        yield "tshark -T ek, RTMPS", tshark, True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rtmpscope", type=Path, default=compare.BUILD / "analyzer/app/rtmpscope", metavar="PROGRAM")
    parser.add_argument("--size", type=int, default=400, help="megabytes of media (default 400)")
    parser.add_argument("--segment-size", type=int, default=1448, help="bytes of payload a packet (default 1448)")
    parser.add_argument("--repetitions", type=int, default=5, help="default 5; figures are medians")
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="for each run (default 600)")
    parser.add_argument("--no-tshark", action="store_true")
    parser.add_argument("--scratch", type=Path, help="where the captures are made: three times their size")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        captures = make(Path(scratch), options.size * 1_000_000, options.segment_size)
        runs, cipher = {}, []
        for repetition in range(options.repetitions):
            cipher.append(cipher_speed())
            for name, command, once in commands(options, *captures):
                if repetition == 0 or not once:
                    runs.setdefault(name, []).append(compare.measure(command, options.timeout))
        report(runs, statistics.median(cipher), captures[0].stat().st_size)


def report(runs, cipher, size):
    print(f"AES-128-GCM alone, blocks of {RECORD} bytes: {cipher / 1e9:.2f} GB/s")
    print(f"{'':24}{'CPU s':>9}{'GB/s':>9}{'of AES':>9}{'of ek':>9}")
    median = {name: statistics.median(run.cpu for run in of_tool) for name, of_tool in runs.items()}
    slowest = median.get("tshark -T ek, RTMPS")
    for name, seconds in median.items():
        rate = size / seconds
        of_ek = f"{slowest / seconds:9.1f}" if slowest else f"{'-':>9}"
        failure = next((run.failure for run in runs[name] if run.failure), "")
        print(f"{name:24}{seconds:9.3f}{rate / 1e9:9.2f}{rate / cipher:9.2f}{of_ek}  {failure}".rstrip())


if __name__ == "__main__":
    main()
