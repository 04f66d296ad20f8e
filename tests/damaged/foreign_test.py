"""Streams of other protocols are not taken for RTMP: neither whole nor from the middle, on no port but 1935; and even
there no message is made of them.

    foreign_test.py PROGRAM
"""

import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from os import cpu_count
from pathlib import Path

import packets as capture_file
from conversations import Capture
from foreign_streams import PROTOCOLS
from known_open import unexpected
from program import SAMPLES
from runs import analyze
from scripted_tcp import from_middle, whole

SEEDS = 4  # streams of each protocol
OTHER_PORT, RTMP_PORT = 8554, 1935
FAMILY = ("rtmp", "rtmpe", "rtmpt")


def conversations(make, name, other_port=OTHER_PORT):
    """(what it is, port, packets)"""
    for number, (seed, port) in enumerate(product(range(SEEDS), (other_port, RTMP_PORT))):
        generator = random.Random(f"{name} {seed}")
        exchange = make(generator)
        yield f"seed {seed} whole", port, whole(2 * number, port, exchange)
        yield f"seed {seed} from the middle", port, from_middle(2 * number + 1, port, exchange, generator)


def rtmp(_):
    """What the test would say of RTMP: a session from the samples, handshake and all."""
    capture = Capture(SAMPLES / "pub_gst_librtmp_nginx.pcap")
    streams = capture.conversations[0].streams
    client = capture.conversations[0].client
    (server,) = set(streams) - {client}
    first = 1 + 1536
    said = {end: bytes(stream.content) for end, stream in streams.items()}
    hello = [(True, said[client][:first]), (False, said[server][: 2 * first])]
    return [*hello, (True, said[client][first:]), (False, said[server][2 * first :])]


def check(name, program):
    """(streams, complaints)"""
    make = PROTOCOLS.get(name, rtmp)
    made = list(conversations(make, name))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{name}.pcap"
        capture_file.write_pcap(path, [packet for _, _, packets in made for packet in packets])
        events, _, _ = analyze(program, path)
    kinds, messages = {}, Counter()
    for event in events:
        if event["event"] == "connection_open":
            kinds[event["connection"]] = event["client"]["address"], event["server"]["address"], event["transport"]
        elif event["event"] == "message":
            messages[event["connection"]] += 1
    wrong = []
    for number, (client, server, transport) in kinds.items():
        what, port, _ = made[number_of(client, server)]
        if messages[number] or (port != RTMP_PORT and transport in FAMILY):
            wrong.append(f"{name}, {what}, port {port}: taken for {transport}, {messages[number]} messages")
    return len(made), wrong


def number_of(*addresses):
    """Of the conversation; which side is taken for the client depends on the ports."""
    client = next(address for address in addresses if address.startswith("10."))
    _, _, high, low = client.split(".")
    return int(high) << 8 | int(low)


def main():
    with ProcessPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(check, program=sys.argv[1]), PROTOCOLS))
    wrong = [line for _, lines in results for line in lines]
    wrong = list(unexpected(wrong, lambda known: known.partition(",")[0] in PROTOCOLS))
    if len(check("rtmp", sys.argv[1])[1]) < SEEDS:
        wrong.append("RTMP itself is not recognised")
    print(*wrong, f"{sum(count for count, _ in results)} streams of {len(results)} protocols", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
