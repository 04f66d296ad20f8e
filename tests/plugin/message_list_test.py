"""The plugin finds the messages that the analyzer finds, with one pass over the capture and with two."""

import sys

from program import Program, samples
from wireshark import IN_ORDER, Tshark, show

OUT_OF_ORDER = ["netem_loss5.pcap"]
# A segment never comes, and the analyzer waits long for it: by then the names that it holds are
# too late for others.
NEVER_FILLED = ["encap_vxlan.pcap"]
NUMBERS = ["type_id", "chunk_stream_id", "message_stream_id", "timestamp", "length", "chunks", "first_frame",
           "stream_offset"]


def analyzer_messages(program, capture):
    """Messages that are incomplete at the end of a connection are told there, by the analyzer alone: Wireshark asks a
    dissector about payload only."""
    found = []
    for event in program.events(capture):
        if event.get("event") == "message" and event.get("complete"):
            numbers = tuple(event.get(name) for name in NUMBERS)
            names = (event.get("stream_name"), event.get("request_frame"))
            found.append((event.get("frame"), event.get("direction"), *numbers, *map(text, names)))
    return sorted(found)


def timeless(messages):
    """Without what depends on when a message came out."""
    return sorted((*message[1:8], message[9]) for message in messages)


def text(value):
    return None if value is None else str(value)


def plugin_messages(tshark, capture, *arguments):
    found = []
    for frame, layers in tshark.dissect(capture, *arguments):
        for layer in layers:
            direction = "to_server" if show(layer, "event.direction") == "0" else "to_client"
            for message in layer.iterfind(".//field[@name='rtmpscope.message']"):
                if show(message, "message.complete") not in ("1", "True"):
                    continue
                numbers = tuple(int(show(message, f"message.{name}")) for name in NUMBERS)
                names = (show(message, "message.stream_name"), show(message, "message.request_frame"))
                found.append((frame, direction, *numbers, *names))
    return sorted(found)


def main():
    program, plugin, series = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    failures = total = 0
    with Tshark(plugin, series) as tshark:
        for capture in samples():
            expected = analyzer_messages(program, capture)
            order = IN_ORDER if capture.name in OUT_OF_ORDER else []
            for passes in (order, [*order, "-2"]):
                found = plugin_messages(tshark, capture, *passes)
                total += len(found)
                if capture.name in NEVER_FILLED:
                    found, expected = timeless(found), timeless(analyzer_messages(program, capture))
                if found != expected:
                    failures += 1
                    print(f"{capture.name} {' '.join(passes)}: analyzer {len(expected)} messages, plugin {len(found)}")
                    for entry in sorted(set(expected) - set(found))[:5]:
                        print("  analyzer only:", entry)
                    for entry in sorted(set(found) - set(expected))[:5]:
                        print("  plugin only:  ", entry)
    print(f"{total} messages compared")
    assert total > 0
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
