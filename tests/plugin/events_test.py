"""One decoder: Wireshark's tree has the handshake parts, chunks and messages that the analyzer tells, and every field
of them has the name, place, size and value that `analyze --ranges` prints; with one pass over the capture and with
two."""

import math
import re
import sys
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import field_bodies
from program import Program, keys_of, samples
from wireshark import IN_ORDER, Tshark, show

KINDS = ("handshake", "chunk", "message")
# Retransmissions fill gaps.
OUT_OF_ORDER = ["netem_loss5.pcap"]
# Bytes are missing, or the beginning: damaged_events_test.py compares these, and says what differs there.
DAMAGED = ["encap_vxlan.pcap", "midstream_chunk128.pcap", "snaplen_96.pcap"]

HEADS = {
    "handshake": [], "chunk": ["stream_offset"],
    "message": ["type_id", "chunk_stream_id", "message_stream_id", "timestamp", "timestamp_exact", "length", "chunks",
                "first_frame", "stream_offset", "stream_name", "request_frame", "flow_id", "sequence_number"],
}  # fmt: skip
# In a message's head, behind port and direction.
PLACE = {name: place for place, name in enumerate(HEADS["message"], 2)}
# Of the structure of headers and AMF, which JSON does not have.
STRUCTURE = ("rtmpscope.video.first_packet_type", "rtmpscope.audio.first_packet_type", "rtmpscope.amf.marker",
             "rtmpscope.amf3.marker", "rtmpscope.amf.length", "rtmpscope.amf.key_length",
             "rtmpscope.amf.count", "rtmpscope.amf3.trait_count", "rtmpscope.amf.object_end",
             "rtmpscope.finding", "rtmpscope.finding.id")  # of expert items
EMPTY_VALUES = ("rtmpscope.amf.null", "rtmpscope.amf.undefined", "rtmpscope.amf.unsupported")


def analyzer_events(program, capture):
    """{(frame, kind): [(head, fields)]}. A head begins with the client's port and the direction; a field is (name, key,
    offset, length, value).

    Wireshark asks a dissector about payload only. So what the analyzer tells when a connection ends, parts of the
    handshake without any byte and messages that stay incomplete, is left out.
    """
    found = defaultdict(list)
    clients = {}  # by connection
    for event in program.events("--ranges", "--chunks", *keys_of(capture), capture):
        kind = event.get("event")
        if kind == "connection_open":
            client = event.get("client")
            clients[event.get("connection")] = numbered(client.get("address"), client.get("port"), clients)
        if kind not in KINDS or (kind == "message" and not event.get("complete")):
            continue
        fields = [(entry.get("field"), entry.get("key"), entry.get("offset"), entry.get("length"), json_value(entry))
                  for entry in event.get("ranges", [])]
        if kind == "handshake" and not fields:
            continue
        values = (text(event.get(name)) for name in HEADS[kind])
        head = clients[event.get("connection")], event.get("direction"), *values
        found[event.get("frame"), kind].append((head, fields))
    return found


def text(value):
    return None if value is None else str(value)


def json_value(entry):
    value = entry.get("value")
    if entry.get("field") in EMPTY_VALUES:
        return None
    if isinstance(value, list):  # an object, as pairs: bytes, or text that is not UTF-8
        return dict(value).get("hex")
    return value


def numbered(address, port, clients):
    """The client, and which of its connections from that port it is."""
    return address, port, sum(client[:2] == (address, port) for client in clients.values())


def plugin_events(tshark, capture, *arguments):
    found = defaultdict(list)
    clients = {}  # by connection
    for frame, layers in tshark.dissect(capture, *arguments):
        for layer in layers:
            connection = show(layer, "stream")
            opening = layer.find("./field[@name='rtmpscope.connection_open']")
            if opening is not None:
                address, ipv6, port = (show(opening, f"connection_open.client.{name}")
                                       for name in ("address", "address_ipv6", "port"))
                address = address or ipv6
                clients[connection] = numbered(address, int(port), clients)
            way = "to_server" if show(layer, "event.direction") == "0" else "to_client"
            for item in layer:
                kind = item.get("name").removeprefix("rtmpscope.")
                if kind not in KINDS or (kind == "message" and show(item, "message.complete") not in ("1", "True")):
                    continue
                fields = []
                add_fields(item, base_of(item, layer), fields, True)
                if kind == "handshake" and not fields:
                    continue
                head = [show(item, f"{kind}.{name}") for name in HEADS[kind]]
                if kind == "message" and head[PLACE["timestamp_exact"] - 2] == "0":
                    head[PLACE["timestamp_exact"] - 2] = "False"  # as later versions of Wireshark say
                # A message that was held until the connection was decided may be the other direction's.
                own = {"0": "to_server", "1": "to_client"}.get(show(item, "event.direction"), way)
                found[frame, kind].append(((clients[connection], own, *head), cut(fields, item)))
    return found


def base_of(item, layer):
    """Where the item's bytes begin. Those of several packets, or that were deciphered, are a data source of their own;
    but tshark prints an item that lies before its parent as if it counted from there."""
    position = int(item.get("pos"))
    inside = [int(field.get("pos")) for field in item.iter("field") if int(field.get("size")) > 0 and field is not item]
    return position - int(layer.get("pos")) if inside and min(inside) < position else position


def add_fields(item, base, fields, is_top):
    key = None
    for field in item.iterfind("field"):
        name = field.get("name")
        size = int(field.get("size"))
        if name == "rtmpscope.amf.key":
            key = field.get("show")
        elif name == "rtmpscope.amf.property":
            add_fields(field, base, fields, False)
        elif name in STRUCTURE:
            continue
        elif name.startswith("rtmpscope.") and not (is_top and is_head(name, size)):
            fields.append((name, key, int(field.get("pos")) - base, size, field.get("show")))
            key = None
            add_fields(field, base, fields, False)


def is_head(name, size):
    """Values of the event itself, which have no bytes; a body has one component, and may be empty."""
    return size == 0 and (name.count(".") > 1 or name == "rtmpscope.app")


def cut(fields, item):
    """tshark cuts the size of an item to the bytes that there are, and the plugin does not keep media payload."""
    kept = int(item.get("size"))
    length = show(item, "message.length")
    if length is None or kept == int(length):
        return fields
    return [(*field[:3], ("at least", field[3], kept), field[4]) for field in fields]


def same_size(expected, found, offset):
    if isinstance(found, int):
        return expected == found
    _, size, kept = found
    return size == min(expected, max(kept - offset, 0)) or expected == size


def same_value(expected, shown):
    if expected is None:
        return True  # a container, or bytes too long to print
    if isinstance(expected, (int, float)):
        number = {"True": 1.0, "False": 0.0}.get(shown)
        if shown.startswith("0x"):
            number = int(shown, 16)
        return math.isclose(float(shown) if number is None else number, expected, rel_tol=1e-9)
    if unescape(shown) in (expected, expected.replace("\0", " ")) or shown.replace(":", "") == expected:
        return True
    # Text that is not UTF-8 is told as bytes, and shown with replacement characters.
    return "\ufffd" in shown and unescape(shown) == bytes.fromhex(expected).decode(errors="replace")


def unescape(shown):
    for escape, character in (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\")):
        shown = shown.replace(escape, character)
    return shown


def same_name_and_value(expected, value, name, shown):
    """A time is a real number of milliseconds there, and says so by its name, if that is not a date's."""
    if name == "rtmpscope.amf.date":
        return name == expected and value is not None and math.isclose(milliseconds(shown), value, abs_tol=0.001)
    if name == "rtmpscope.amf.date_number":  # beyond the years that Wireshark can show
        return expected == "rtmpscope.amf.date" and same_value(value, shown)
    if expected == name + "_ms":
        return math.isclose(float(shown), value / 1000, abs_tol=1e-9)
    return expected == name and same_value(value, shown)


def milliseconds(shown):
    """Since 1970, of "Nov 22, 2026 10:00:00.123456789 UTC", or since 4.2 of "2026-11-22T10:00:00.123456789Z"."""
    whole, fraction = re.fullmatch(r"(.+?)\.(\d{9})(?: UTC|Z)", shown).groups()
    form = "%Y-%m-%dT%H:%M:%S" if "T" in whole[:11] and whole[0].isdigit() else "%b %d, %Y %H:%M:%S"
    moment = datetime.strptime(re.sub(r"\s+", " ", whole), form).replace(tzinfo=timezone.utc)
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1) + int(fraction) / 1e6


def same_field(a, b):
    return a[1:3] == b[1:3] and same_size(a[3], b[3], a[2]) and same_name_and_value(a[0], a[4], b[0], b[4])


def differences(expected, found):
    """Lines about the events that differ."""
    for place in sorted(expected.keys() | found.keys()):
        theirs, ours = expected.get(place, []), found.get(place, [])
        if len(theirs) != len(ours):
            yield f"frame {place[0]}: {len(theirs)} {place[1]} events, {len(ours)} in Wireshark"
        for a, b in zip(theirs, ours):
            if a[0] != b[0]:
                yield f"frame {place[0]} {place[1]}: {a[0]} is {b[0]} in Wireshark"
            elif len(a[1]) != len(b[1]):
                yield f"frame {place[0]} {place[1]}: {len(a[1])} fields, {len(b[1])} in Wireshark"
            else:
                yield from (f"frame {place[0]} {place[1]}: {x} is {y} in Wireshark"
                            for x, y in zip(a[1], b[1]) if not same_field(x, y))


def main():
    program, plugin, series = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    failures = compared = 0
    with Tshark(plugin, series) as tshark, tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies.pcap"
        bodies.with_suffix(".keys").write_text(field_bodies.write(bodies))
        for capture in [*samples(), bodies]:
            if capture.name in DAMAGED:
                continue
            order = [*(IN_ORDER if capture.name in OUT_OF_ORDER else []), *tshark.keys(capture)]
            expected = analyzer_events(program, capture)
            for passes in (order, [*order, "-2"]):
                found = plugin_events(tshark, capture, *passes)
                compared += sum(len(fields) for events in found.values() for _, fields in events)
                lines = list(differences(expected, found))
                failures += len(lines)
                for line in lines[:5]:
                    print(f"{capture.name} {' '.join(passes)}: {line}")
    print(f"{compared} fields compared")
    assert compared > 0
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
