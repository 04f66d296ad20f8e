"""The rows of tests/built_in_dissector_faults in both dissectors: how many of the messages and values that were sent
are shown.

All rows are in one capture, each with its own client address, so that every program runs once.
"""

import sys
import xml.etree.ElementTree as xml
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import packets
import rows_test
from events_test import analyzer_events, differences, plugin_events
from rows import ABSENT, ROWS
from wireshark import show

CLIENT_ADDRESS = b"\xc0\x00\x02\x01"
NOT_SHOWN_AS_VALUE = {"event", "direction", "frame", "stream_offset", "complete", "chunks", "duration_ms"}

CARRIERS = ("tls_", "rtmpe_", "rtmpt_")  # findings of layers below RTMP, which the plugin does not show


class Row:
    """A row and what became of it."""

    def __init__(self, area, what, function):
        self.area, self.what, self.name = area, what, function.__name__
        self.session = function()
        self.session.end()
        everything = [*self.session.messages.values(), self.session.events]
        self.leaves = [leaf for expected in everything for leaf in leaves_of(expected)]
        sent = [message for messages in self.session.messages.values() for message in messages]
        self.messages = sum(message.get("complete") is not False for message in sent)
        self.wrong = []  # about the plugin
        self.built_in_messages = self.built_in_values = self.unknown = self.plugin_messages = 0
        self.malformed = False
        self.findings = Counter()  # of the plugin

    @property
    def values(self):
        return len(self.leaves) + len(self.session.findings)

    @property
    def plugin_values(self):
        # What is not RTMP is left to Wireshark's other dissectors, which say so themselves.
        carriers = {name for name in self.session.findings if name == "not_rtmp" or name.startswith(CARRIERS)}
        missing = len(set(self.session.findings) - carriers - set(self.findings))
        return max(self.values - missing - len(self.wrong), 0)


def leaves_of(expected):
    if isinstance(expected, list):
        for element in expected:
            yield from leaves_of(element)
    elif isinstance(expected, dict):
        if "hex" in expected or set(expected) == {"length"}:
            yield expected
            return
        for key, value in expected.items():
            if key not in NOT_SHOWN_AS_VALUE:
                yield from leaves_of(value)
    elif expected is not ABSENT and expected is not None:
        yield expected


def write(rows, path):
    """One capture of all rows; {packet number: row}."""
    all_packets, row_of = [], {}
    for number, row in enumerate(rows):
        address = bytes([10, 0, 1 + number // 200, 1 + number % 200])
        for packet in row.session.packets:
            head = packet.data[:34].replace(CLIENT_ADDRESS, address)
            all_packets.append(replace(packet, data=head + packet.data[34:], time=packet.time + number * 3600 * 10**9))
            row_of[len(all_packets)] = row
    packets.write_pcap(path, all_packets)
    return row_of


def pdml(tshark, capture, layers, *arguments):
    options = ("-T", "pdml", "-J", f"frame {layers}", "-Y", layers, *arguments)
    output = tshark.run("-n", "-r", tshark.readable(capture), *options)
    for packet in xml.fromstring(output).iter("packet"):
        yield int(packet.find(".//field[@name='frame.number']").get("show")), packet


def is_exception(layer):
    """A dissector ran over the end. Expert items of the group "malformed" have a layer of this name, too."""
    return layer.get("name") == "_ws.malformed" and "[Malformed Packet" in layer.get("showname", "")


def see_built_in(tshark, capture, row_of):
    pools = defaultdict(list)
    for frame, packet in pdml(tshark, capture, "rtmpt"):
        row = row_of[frame]
        for layer in packet.iter("proto"):
            if is_exception(layer):
                row.malformed = True
            if layer.get("name") != "rtmpt":
                continue
            if "Unknown (" in layer.get("showname"):
                row.unknown += 1
                continue
            row.built_in_messages += layer.find(".//field[@name='rtmpt.header.format']") is not None
            pools[row].append((layer.get("showname"), layer.get("showname"), 0))
            pools[row] += [(field.get("show") or "", field.get("showname") or "", int(field.get("size") or 0))
                           for field in layer.iter("field")]
    for row, pool in pools.items():
        row.built_in_values = found_in(pool, row.leaves)


def found_in(pool, leaves):
    """How many of the values are somewhere among what is shown: each shown value counts once. This flatters."""
    left, found = list(pool), 0
    for leaf in leaves:
        place = next((place for place, shown in enumerate(left) if matches(leaf, *shown)), None)
        if place is not None:
            del left[place]
            found += 1
    return found


def matches(leaf, value, text, size):
    if isinstance(leaf, dict):
        return value.replace(":", "").startswith(leaf["hex"][:32]) if leaf.get("hex") else size == leaf["length"]
    if isinstance(leaf, bool):
        return value in (("1", "True", "true") if leaf else ("0", "False", "false"))
    if isinstance(leaf, str):
        return value == leaf or set(words(leaf)) <= set(words(text))
    try:
        return float(int(value, 0)) == leaf
    except ValueError:
        pass
    try:
        return float(value) == leaf
    except ValueError:
        return False


def words(text):
    return "".join(character if character.isalnum() else " " for character in text.lower()).split()


def see_plugin(tshark, program, capture, row_of):
    found = plugin_events(tshark, capture)
    for frame, packet in pdml(tshark, capture, "rtmpscope"):
        row = row_of[frame]
        for layer in packet.findall("proto[@name='rtmpscope']"):
            for message in layer.iterfind("field[@name='rtmpscope.message']"):
                row.plugin_messages += show(message, "message.complete") in ("1", "True")
            for item in layer.iter("field"):
                if item.get("name").startswith("rtmpscope.finding."):
                    row.findings[item.get("name").removeprefix("rtmpscope.finding.")] += 1
        if any(map(is_exception, packet.iter("proto"))):
            row.wrong.append("malformed")
    expected = analyzer_events(program, capture)
    for row in set(row_of.values()):
        mine = [{place: events[place] for place in events if row_of[place[0]] is row} for events in (expected, found)]
        # What came in very small segments is held for a moment, and shown in a later packet.
        if list(differences(*mine)):
            row.wrong += differences(*map(without_packets, mine))


def without_packets(events):
    of_kind = defaultdict(list)
    for (_, kind), found in events.items():
        # Of what is no message only the packet tells the direction.
        of_kind[0, kind] += found if kind == "message" else [((), fields) for _, fields in found]
    return {place: sorted(found, key=head_and_places) for place, found in of_kind.items()}


def head_and_places(event):
    head, fields = event
    return str(head), str([field[:3] for field in fields])


def compare_rows(bare, own, program, folder):
    """Rows with all figures."""
    sys.setrecursionlimit(100_000)
    rows = [Row(*row) for row in ROWS]
    capture = Path(folder) / "rows.pcap"
    row_of = write(rows, capture)
    see_built_in(bare, capture, row_of)
    see_plugin(own, program, capture, row_of)
    for row, entry in zip(rows, ROWS):
        row.wrong += rows_test.check(program, folder, entry)  # that the analyzer says what was sent
    return sorted(rows, key=lambda row: row.area)
