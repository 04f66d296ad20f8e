"""What two runs over captures of the same conversation must have in common."""

from collections import defaultdict

from program import Pairs

# About the file, not about the conversation.
CAPTURE_KEYS = {"source", "format", "link_types", "bytes", "captured_bytes", "kernel_drops", "interface_drops",
                "ring_drops"}  # fmt: skip
ADDRESS_KEYS = {"client", "server", "responder", "community_id", "uid"}
# About packets: other ones, at other times, once the same bytes come in other segments.
PACKET_KEYS = {
    "time", "uid", "frame", "first_frame", "request_frame",
    "response_time_ms", "duration_ms", "server_response_ms", "client_response_ms",
    "response_ms", "least_response_ms", "mean_response_ms", "most_response_ms",
    "first_time", "last_packet_time", "last_data_time", "last_data_frame", "asked_time", "asked_frame",
    "packets", "retransmitted_segments", "retransmitted_bytes", "out_of_order_segments", "keep_alives",
}  # fmt: skip


def without(event, keys):
    """In a message keys are dropped from the head only: the same names may be properties that the sender chose."""
    if event.get("event") == "message":
        return Pairs(pair for pair in event if pair[0] not in keys)
    return event.without(keys)


def is_about_capture(event):
    return event.get("event") in ("capture_start", "capture_end")


def same_packets(events, dropped=frozenset()):
    """For a capture of the same packets: the events as they are, but for what the file says about itself."""
    return [
        event.without(CAPTURE_KEYS | dropped) if is_about_capture(event) else without(event, dropped)
        for event in events
    ]


def same_packets_at_other_addresses(events):
    return same_packets(events, ADDRESS_KEYS)


def same_packets_in_several_files(events):
    return [event for event in events if not is_about_capture(event)]


def same_streams(events):
    """For a capture of the same bytes in other segments: events by connection, since the connections' events may come
    to lie otherwise between each other."""
    connections, names = defaultdict(list), {}
    for event in events:
        number = event.get("connection")
        if event.get("event") == "connection_open":
            ends = str([event.get("client"), event.get("server")])
            names[number] = ends, sum(name[0] == ends for name in names.values())
        if not is_about_capture(event):
            connections[names.get(number)].append(without(event, PACKET_KEYS | {"connection"}))
    return dict(connections)
