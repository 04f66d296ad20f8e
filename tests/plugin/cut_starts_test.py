"""The beginning of the capture is missing: the first 1 to 15 packets are cut off each sample, and the plugin must show
the messages that the analyzer tells.

All versions of a sample are one capture, one after the other, each with a client's address of its own: starting tshark
takes longer than reading a sample.

Both count a stream's offsets from the first byte captured. The plugin has no end of the connection: what the analyzer
decides only there is not shown, and said below. Names of streams and requests are left out, as in
damaged_events_test.py.
"""

import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from damaged_events_test import KNOWN_IN_TIME, MOST_UNDECIDED, by_stream
from events_test import OUT_OF_ORDER, analyzer_events, plugin_events
from packets import read, write_pcapng
from program import Program, samples
from run_cases import run_cases
from wireshark import IN_ORDER, Tshark

CUTS = range(1, 16)
MOST_SHOWN = 5
# On other ports Wireshark asks some fifty dissectors besides the plugin. Before messages prove that it is RTMP, another
# one may take packets of these samples for its own.
CLAIMED_BY_OTHERS = ["nms_gst_publish.pcap", "rtmp_crtmp_play_rtmpdump.pcap", "rtmp_tcserver_ffmpeg.pcap"]
# Known differences, (sample, direction): [(cuts, messages that only the end of the connection decides)]. These
# directions are a few hundred bytes long: chunk borders are not certain before the end, or the headers of
# acknowledgements are in doubt until then. All of them are more than MOST_UNDECIDED; nothing else may differ.
UNTIL_THE_END = {
    ("play_vod_chunk_1936.pcap", "to_server"): [(range(4, 10), 11)],
    ("rtmp_tcserver_ffmpeg.pcap", "to_client"): [(range(4, 6), 19), (range(9, 16), 12)],
}
OWN_ADDRESS = 100  # and the number of packets that are cut: the last byte but one of the clients' addresses
PAUSE = 1_000_000_000  # nanoseconds between two versions
HEADERS = 120  # bytes of a packet, where its addresses are
# What is left of TLS or HTTP when its beginning is missing is not for the plugin alone to decode.
OTHER_CARRIERS = ["rtmps_tls13_rtmpdump_nginx_dsb.pcapng", "rtmpt_crtmp_publish_ffmpeg.pcap"]


def with_cut(address, cut):
    packed = bytearray(ip_address(address).packed)
    packed[-2] = OWN_ADDRESS + cut
    return bytes(packed)


def cut_versions(sample, clients):
    """The packets of one version after the other; `clients` are the addresses of the sample."""
    packets = list(read(sample))
    after_it = packets[-1].time - packets[0].time + PAUSE
    for cut in CUTS[: len(packets) - 1]:
        addresses = [(ip_address(client).packed, with_cut(client, cut)) for client in clients]
        for packet in packets[cut:]:
            headers = packet.data[:HEADERS]
            for address, other in addresses:
                headers = headers.replace(address, other)
            yield replace(packet, time=packet.time + cut * after_it, data=headers + packet.data[HEADERS:])


def clients_of(program, capture):
    events = program.events("--only", "connection_open", capture)
    return sorted({event.get("client").get("address") for event in events if event.get("event") == "connection_open"})


def messages(events):
    """{cut: {(client's port, direction): [head without what one may know later than the other]}}"""
    found = defaultdict(dict)
    for (kind, (address, *client), direction), listed in by_stream(events).items():
        if kind == "message":
            cut = ip_address(address).packed[-2] - OWN_ADDRESS
            found[cut][tuple(client), direction] = [
                tuple(value for place, value in enumerate(head) if place not in KNOWN_IN_TIME) for _, head, _ in listed]
    return found


def most_undecided(sample, cut, direction):
    known = UNTIL_THE_END.get((sample.name, direction), [])
    return next((most for cuts, most in known if cut in cuts), MOST_UNDECIDED)


def left_out(theirs, ours):
    """Places of `theirs` that `ours` does not have, in order; None if `ours` has anything else."""
    places, at = [], 0
    for place, message in enumerate(theirs):
        if at < len(ours) and ours[at] == message:
            at += 1
        else:
            places.append(place)
    return places if at == len(ours) else None


def differences(told, shown, sample, cut):
    for key in sorted(told.keys() | shown.keys()):
        theirs, ours = told.get(key, []), shown.get(key, [])
        most = most_undecided(sample, cut, key[1])
        # The last ones of a direction may wait for its end. Where that decides, they lie in packets that were shown.
        places = left_out(theirs, ours)
        if places is None:
            yield f"{key}: {len(theirs)} told, {len(ours)} in Wireshark"
            yield from (f"{key}: {a} is {b} in Wireshark" for a, b in zip(theirs, ours) if a != b)
        elif len(places) > most or any(place < len(theirs) - 1 - most for place in places):
            yield f"{key}: {len(theirs)} told, {len(ours)} in Wireshark, without {places[:MOST_SHOWN]} …"


def without_other_guesses(tshark):
    """Options by which Wireshark asks no other dissector whether a TCP connection is its own."""
    # Newer versions add columns: the heuristic's own name and a text.
    listed = (line.split("\t")[:3] for line in tshark.run("-G", "heuristic-decodes").decode().splitlines())
    names = sorted({name for carrier, name, enabled in listed if (carrier, enabled) == ("tcp", "T")} - {"rtmpscope"})
    return [option for name in names for option in ("--disable-protocol", name)]


def compare(sample, program, plugin, series):
    counts, lines = Counter(), []
    options = IN_ORDER if sample.name in OUT_OF_ORDER else []
    with Tshark(plugin, series) as tshark, tempfile.TemporaryDirectory() as scratch:
        if sample.name in CLAIMED_BY_OTHERS:
            options = [*options, *without_other_guesses(tshark)]
        path = Path(scratch) / f"{sample.stem}.pcapng"
        write_pcapng(path, list(cut_versions(sample, clients_of(Program(program), sample))))
        told = messages(analyzer_events(Program(program), path))
        shown = messages(plugin_events(tshark, path, *options))
        for cut in sorted(told.keys() | shown.keys()):
            counts["captures"] += 1
            counts["told"] += sum(map(len, told[cut].values()))
            counts["shown"] += sum(map(len, shown[cut].values()))
            found = differences(told[cut], shown[cut], sample, cut)
            lines += [f"{sample.name} without {cut} packets: {line}" for line in found][:MOST_SHOWN]
    return counts, lines


def main():
    chosen = [sample for sample in samples() if sample.name not in OTHER_CARRIERS
              and (len(sys.argv) < 5 or sample.name in sys.argv[4:])]
    chosen.sort(key=lambda sample: -sample.stat().st_size)  # so that all processors end at one time
    run_cases(compare, chosen, "{captures} captures, {told} messages, {shown} of them in Wireshark", proof="shown")


if __name__ == "__main__":
    main()
