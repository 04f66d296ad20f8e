"""Compares the figures of TCP in connection_close and tcp_sample with what tshark's TCP analysis says of each packet.

    tcp_figures_test.py PROGRAM [--captures DIRECTORY] [--print]

Ours and tshark's are two opinions on the same packets: KNOWN names each place where they differ, and why. What is
compared of each direction with a connection of RTMP:

    zero windows     begun                       the packets with tcp.analysis.zero_window that begin one
    in flight        the most                    the most of tcp.analysis.bytes_in_flight
    duplicates       acknowledgements            tcp.analysis.duplicate_ack
    losses           lost before and behind,     tcp.analysis.retransmission, out_of_order (all segments that did not
                     and reordered: the sum      come in order and once, whatever each side calls them)
    round trip       median                      that of tcp.analysis.ack_rtt, within a factor of 2 or by 1 ms, where
                                                 there are 10 and more: fewer packets are measured here, and others
"""

import argparse
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from program import Program, SAMPLES, keys_of, samples

FIELDS = ("frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.len", "tcp.flags", "tcp.window_size_value",
          "tcp.analysis.zero_window", "tcp.analysis.bytes_in_flight", "tcp.analysis.duplicate_ack",
          "tcp.analysis.retransmission", "tcp.analysis.out_of_order", "tcp.analysis.ack_rtt",
          "tcp.analysis.keep_alive", "tcp.analysis.lost_segment", "ip.addr")
FIN, SYN, RST = 1, 2, 4
DIRECTIONS = ("to_server", "to_client")

# (capture, figure): why tshark says something else. A row that explains nothing fails.
KNOWN = {
    ("encap_vxlan.pcap", "in_flight"): "tshark does not count the bytes that were not captured",
    ("netem_loss5.pcap", "in_flight"): "tshark does not count what is behind a hole",
    ("pcapng_two_interfaces.pcapng", "disorder"): "captured twice, and not sent twice",
    ("rtmp_tcserver_ffmpeg.pcap", "round_trips"):
        "tshark has the delay of acknowledgements in all; here most are timestamps that come back in a burst",
    ("rtmpte_crtmp_play_ffmpeg.pcap", "round_trips"): "the session's connection is measured until it proves to be HTTP",
    ("rtmpts_crtmp_publish_ffmpeg_dsb.pcapng", "round_trips"): "as in rtmpte_crtmp_play_ffmpeg.pcap",
}


def tshark_rows(capture):
    """Each TCP packet as a dictionary of FIELDS; of a field that comes several times (tunnels) the last one."""
    command = ["tshark", "-n", "-r", str(capture), "-Y", "tcp", "-T", "fields", "-E", "occurrence=l",
               "-o", "tcp.desegment_tcp_streams:false", "-o", "tcp.analyze_sequence_numbers:true"]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [dict(zip(FIELDS, line.split("\t"))) for line in lines]


def empty_figures():
    return {"zero_windows": 0, "in_flight": None, "duplicates": 0, "disorder": 0, "round_trips": []}


def tshark_figures(capture):
    """{ports of a connection, in order: {port of the data's sender: figures}}. Of connections with the same ports, one
    after the other, that which comes first."""
    streams, ports, closed = {}, {}, defaultdict(bool)
    for row in tshark_rows(capture):
        stream = row["tcp.stream"]
        flags = int(row["tcp.flags"], 16)
        way, back = row["tcp.srcport"], row["tcp.dstport"]
        if stream not in streams:
            streams[stream] = {way: empty_figures(), back: empty_figures()}
            ports[stream] = tuple(sorted((way, back)))
        sent, received = streams[stream][way], streams[stream][back]
        if not flags & (SYN | RST):
            begins = bool(row["tcp.analysis.zero_window"]) and not closed[stream, way]
            received["zero_windows"] += begins
            closed[stream, way] = row["tcp.window_size_value"] == "0"
        received["duplicates"] += bool(row["tcp.analysis.duplicate_ack"])
        if row["tcp.analysis.ack_rtt"] and not flags & SYN:
            received["round_trips"].append(float(row["tcp.analysis.ack_rtt"]) * 1000)
        if row["tcp.analysis.bytes_in_flight"]:
            sent["in_flight"] = max(sent["in_flight"] or 0, int(row["tcp.analysis.bytes_in_flight"]))
        odd = row["tcp.analysis.retransmission"] or row["tcp.analysis.out_of_order"]
        sent["disorder"] += bool(odd) and row["tcp.len"] != "0" and not row["tcp.analysis.keep_alive"]
    return {ports[stream]: figures for stream, figures in reversed(streams.items())}


def our_figures(program, capture):
    """The same, of connections that are measured."""
    found, ends = {}, {}
    for event in program.events("--samples", *keys_of(capture), capture):
        number, kind = event.get("connection"), event.get("event")
        if kind == "connection_open":
            ends[number] = {direction: str(event.get(side).get("port"))
                            for direction, side in zip(DIRECTIONS, ("client", "server"))}
            found[number] = {direction: empty_figures() for direction in DIRECTIONS}
        elif kind == "tcp_sample":
            figures = found[number][event.get("direction")]
            if event.get("in_flight_max") is not None:
                figures["in_flight"] = max(figures["in_flight"] or 0, event.get("in_flight_max"))
        elif kind == "connection_close":
            for direction in DIRECTIONS:
                tcp = event.get(direction).get("tcp")
                if tcp is None:
                    found[number].pop(direction)
                    continue
                figures = found[number][direction]
                figures["zero_windows"] = tcp.get("zero_windows", 0)
                figures["duplicates"] = tcp.get("duplicate_acknowledgements", 0)
                kinds = ("lost_before", "lost_behind", "spurious", "reordered")
                figures["disorder"] = sum(tcp.get(key, 0) for key in kinds)
                times = tcp.get("rtt_to_receiver_ms")
                figures["round_trips"] = [] if times is None else [times.get("median")]
    return {tuple(sorted(ends[number].values())): {ends[number][way]: figures for way, figures in both.items()}
            for number, both in reversed(found.items()) if both}


def differences(ours, theirs):
    """[(figure, ours, tshark's)] of one direction."""
    figures = ("zero_windows", "in_flight", "duplicates", "disorder")
    found = [(figure, ours[figure], theirs[figure]) for figure in figures
             if ours[figure] is not None and ours[figure] != (theirs[figure] or 0)]
    if ours["round_trips"] and len(theirs["round_trips"]) >= 10:
        mine, middle = ours["round_trips"][0], statistics.median(theirs["round_trips"])
        if abs(mine - middle) > 1 and not middle / 2 <= mine <= middle * 2:
            found.append(("round_trips", mine, middle))
    return found


def compare(program, capture):
    """[(port of the data's sender, figure, ours, tshark's)]"""
    theirs = tshark_figures(capture)
    found = []
    for ports, both in our_figures(program, capture).items():
        for sender, ours in both.items():
            found += [(sender, *difference) for difference in differences(ours, theirs[ports][sender])]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--captures", type=Path)
    parser.add_argument("--print", action="store_true", help="print all differences, and what explains them")
    options = parser.parse_args()
    program = Program(options.program)
    captures = sorted(options.captures.glob("*.pcap*")) if options.captures else samples()
    failures, used = 0, set()
    for capture in captures:
        for sender, figure, ours, theirs in compare(program, capture):
            row = (capture.name, figure)
            used.add(row)
            failures += row not in KNOWN
            if options.print or row not in KNOWN:
                why = KNOWN.get(row, "NOT EXPLAINED")
                print(f"{capture.name} port {sender} {figure}: ours {ours}, tshark {theirs}: {why}")
    if not options.captures:
        for row in sorted(set(KNOWN) - used):
            failures += 1
            print(f"explains nothing: {row}")
    print(f"{len(captures)} captures, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
