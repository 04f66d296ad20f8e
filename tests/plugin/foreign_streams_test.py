"""In Wireshark, too, streams of other protocols are not taken for RTMP: neither whole nor from the middle, on no port
but 1935; and even there no message is made of them, but for those that begin like a handshake: Wireshark shows a packet
before the next is read, so the plugin cannot wait for the answer as the analyzer does. The streams are those of
tests/damaged/foreign_test.py.

    foreign_streams_test.py PROGRAM PLUGIN SERIES
"""

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "damaged"))

import packets as capture_file  # noqa: E402
from foreign_streams import PROTOCOLS  # noqa: E402
from foreign_test import RTMP_PORT, SEEDS, conversations, rtmp  # noqa: E402
from wireshark import Tshark  # noqa: E402

OTHER_PORT = 28554  # Wireshark's own dissectors have none like it
LIKE_A_HANDSHAKE = {"records", "small_values"}


def packets_of_rtmp(name, plugin, series):
    """(streams, packets that are shown as RTMP on another port, and with a message on RTMP's)"""
    made = list(conversations(PROTOCOLS.get(name, rtmp), name, OTHER_PORT))
    with Tshark(plugin, series) as tshark, tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{name}.pcap"
        capture_file.write_pcap(path, [packet for _, _, packets in made for packet in packets])

        def found(display_filter):
            return tshark.run("-n", "-r", tshark.readable(path), "-Y", display_filter).decode().splitlines()

        taken = found(f"rtmpscope and tcp.port == {OTHER_PORT}")
        told = [] if name in LIKE_A_HANDSHAKE else found(f"rtmpscope.message and tcp.port == {RTMP_PORT}")
    return len(made), [f"{name}: {line}" for line in taken], [f"{name}: {line}" for line in told]


def main():
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(packets_of_rtmp, plugin=sys.argv[2], series=sys.argv[3]), PROTOCOLS))
    wrong = [line for _, taken, told in results for line in taken[:3] + told[:3]]
    _, taken, told = packets_of_rtmp("rtmp", *sys.argv[2:])
    if min(len(taken), len(told)) < SEEDS:
        wrong.append("RTMP itself is not recognised")
    print(*wrong, f"{sum(count for count, *_ in results)} streams of {len(results)} protocols", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
