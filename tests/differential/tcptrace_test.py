"""Compares the figures of TCP with those of tcptrace, on captures of shaped networks.

    tcptrace_test.py PROGRAM [--captures DIRECTORY] [--print]

Captures are those whose name begins with netem. What is compared of each direction of each connection:

    bytes        of the stream, each once           unique bytes sent
    disorder     lost before, reordered             outoforder pkts
    repeated     lost behind, spurious              rexmt data pkts
    duplicates   acknowledgements            duplicate acks; up to three more, since for tcptrace a FIN without data and
                                             acknowledgements behind it are such
    in flight    the most                    max owin, which counts the byte behind it, too
    zero windows whether there were any             zero win adv
    round trip   the least, within 1 ms             RTT min, of 10 and more samples

KNOWN names each place where they differ, and why.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from program import Program, SAMPLES

WAYS = ("to_server", "to_client")
FIGURES = {"unique bytes sent": "bytes", "outoforder pkts": "disorder", "rexmt data pkts": "repeated",
           "duplicate acks": "duplicates", "max owin": "in_flight", "zero win adv": "zero_windows",
           "RTT min": "round_trip", "RTT samples": "samples"}
HOST = re.compile(r"host \w+: +\S+:(\d+)$")
PAIR = re.compile(r" *([^:]+): +(\S+)(?: \w+)? +\1: +(\S+)")

COPIES = "the network makes copies of packets; each is one more for tcptrace, and here a packet that was captured twice"
KNOWN = {  # (capture, figure): reason
    ("netem_dup.pcap", "repeated"): COPIES,
    ("netem_dup.pcap", "duplicates"): COPIES,
    ("netem_loss3_at_client.pcap", "bytes"):
        "the server's last 469 bytes come behind the client's reset, which ends it",
    ("netem_reorder.pcap", "repeated"):
        "one was overtaken by newer segments, so that it looks like a copy that the capture took later",
}


def tcptrace_figures(capture):
    """{(port, port of the peer): {figure: value}} by the data's sender, of the first connection of these ports."""
    command = ["tcptrace", "-l", "-r", "-W", "-n", str(capture)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found, hosts = {}, []
    for line in text.splitlines():
        if host := HOST.search(line.strip()):
            hosts = [*hosts, host[1]] if len(hosts) == 1 else [host[1]]
            if len(hosts) == 2:
                both = {}, {}
                for ports, figures in zip((tuple(hosts), tuple(hosts[::-1])), both):
                    found.setdefault(ports, figures)
        elif (pair := PAIR.match(line)) and pair[1] in FIGURES and len(hosts) == 2:
            for figures, value in zip(both, pair.groups()[1:]):
                figures.setdefault(FIGURES[pair[1]], float(value) if value != "NA" else None)
    return found


def our_figures(program, capture):
    found, in_flight, ends = {}, {}, {}
    for event in program.events("--samples", "--only", "connection_open,tcp_sample,connection_close", capture):
        number = event.get("connection")
        if event.get("event") == "connection_open":
            ends[number] = (str(event.get("client").get("port")), str(event.get("server").get("port")))
        elif event.get("event") == "tcp_sample":
            key = number, event.get("direction")
            in_flight[key] = max(in_flight.get(key, 0), event.get("in_flight_max") or 0)
        elif event.get("event") == "connection_close":
            for way in WAYS:
                side, ports = event.get(way), ends[number] if way == "to_server" else ends[number][::-1]
                tcp = side.get("tcp")
                if tcp is None or ports in found:
                    continue
                times = tcp.get("rtt_to_receiver_ms")
                found[ports] = {
                    "bytes": side.get("bytes"),
                    "disorder": tcp.get("lost_before", 0) + tcp.get("reordered", 0),
                    "repeated": tcp.get("lost_behind", 0) + tcp.get("spurious", 0),
                    "duplicates": tcp.get("duplicate_acknowledgements", 0),
                    "in_flight": in_flight.get((number, way), 0),
                    "zero_windows": tcp.get("zero_windows", 0),
                    "round_trip": None if times is None else times.get("min"),
                }
    return found


def is_same(figure, ours, theirs, samples):
    if figure == "zero_windows":
        return (ours > 0) == (theirs > 0)
    if figure == "in_flight":
        return ours == theirs - 1
    if figure == "duplicates":
        return 0 <= theirs - ours <= 3
    if figure == "round_trip":
        return ours is None or samples < 10 or abs(ours - theirs) <= 1
    return ours == theirs


def compare(program, capture):
    """(how many were compared, [(port of the data's sender, figure, ours, tcptrace's)])"""
    theirs, compared, found = tcptrace_figures(capture), 0, []
    for ports, figures in our_figures(program, capture).items():
        other = theirs[ports]
        for figure, value in figures.items():
            compared += 1
            if not is_same(figure, value, other[figure], other["samples"] or 0):
                found.append((ports[0], figure, value, other[figure]))
    return compared, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    parser.add_argument("--print", action="store_true", help="print all differences, and what explains them")
    options = parser.parse_args()
    program = Program(options.program)
    total = failures = 0
    for capture in sorted(options.captures.glob("netem*.pcap")):
        compared, found = compare(program, capture)
        total += compared
        for sender, figure, ours, theirs in found:
            why = KNOWN.get((capture.name, figure))
            failures += why is None
            if options.print or why is None:
                why = why or "NOT EXPLAINED"
                print(f"{capture.name} port {sender} {figure}: ours {ours}, tcptrace {theirs}: {why}")
    print(f"{total} figures, {failures} failures")
    return 1 if failures or not total else 0


if __name__ == "__main__":
    sys.exit(main())
