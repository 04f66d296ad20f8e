"""Captures of the same conversation as TCP might have carried it: other segments, another order, repeats.

A run is a sequence of segments of one direction with none of the other direction of the connection between them. What
happens within a run cannot change who said what after what; so all of these must give the same events.
"""

import random

from segments import FIN, PUSH, RST, SYN, parse

SEED = 20121221  # reproducible on purpose
COALESCED_SIZE = 65000  # close to the most that an IP packet can hold
REORDER_WINDOW = 6


def one_byte_segments(packets):
    return resegment(packets, lambda: 1)


def random_segments(packets):
    generator = random.Random(SEED)
    return resegment(packets, lambda: generator.choice((1, 2, 3, 7, 50, 500, 1460)))


def resegment(packets, next_size):
    for packet in packets:
        segment = parse(packet)
        if not segment or not segment.payload:
            yield packet
            continue
        at, end = 0, len(segment.payload)
        while at < end:
            size = min(next_size(), end - at)
            later_flags = FIN | PUSH if at + size < end else 0
            piece = segment.with_payload(segment.payload[at : at + size], segment.sequence + at, later_flags)
            yield piece.to_packet()
            at += size


def large_segments(packets):
    return sorted(joined(packets), key=lambda packet: packet.time)


def joined(packets):
    """Segments that follow each other become one with the time of the last of them, and come out when it is
    complete.
    """
    pending = {}  # by connection
    for packet in packets:
        segment = parse(packet)
        if not segment:
            yield packet
            continue
        before = pending.pop(segment.connection, None)
        if before and follows(before, segment):
            segment = segment.with_payload(before.payload + segment.payload, before.sequence)
        elif before:
            yield before.to_packet()
        if segment.payload and not segment.flags & (SYN | FIN | RST):
            pending[segment.connection] = segment
        else:
            yield segment.to_packet()
    for segment in pending.values():
        yield segment.to_packet()


def follows(before, segment):
    return (
        before.flow == segment.flow
        and before.end == segment.sequence
        and len(segment.payload) > 0
        and len(before.payload) + len(segment.payload) <= COALESCED_SIZE
        and not segment.flags & (SYN | FIN | RST)
    )


def reordered(packets):
    """Shuffles the segments of each run, a few at a time."""
    generator = random.Random(SEED)
    packets = list(packets)
    for places in runs(packets):
        for first in range(0, len(places), REORDER_WINDOW):
            window = places[first : first + REORDER_WINDOW]
            shuffled = [packets[place].data for place in generator.sample(window, len(window))]
            for place, data in zip(window, shuffled):
                packets[place] = packets[place].with_data(data)  # times stay in order
    return packets


def duplicated(packets):
    """Repeats each segment of a run at the end of its window."""
    packets = list(packets)
    repeats = {}
    for places in runs(packets):
        for first in range(0, len(places), REORDER_WINDOW):
            window = places[first : first + REORDER_WINDOW]
            repeats[window[-1]] = [packets[place].data for place in window]
    for place, packet in enumerate(packets):
        yield packet
        yield from (packet.with_data(data) for data in repeats.get(place, ()))


def runs(packets):
    """Lists of the indices of a run's segments that have bytes. Left out is what begins or ends a direction: the order
    of that is a matter of its own."""
    current, seen = {}, set()  # current: {connection: (flow, places)}
    for place, packet in enumerate(packets):
        segment = parse(packet)
        if not segment:
            continue
        first_of_flow = segment.flow not in seen
        seen.add(segment.flow)
        flow, places = current.get(segment.connection, (None, []))
        if flow != segment.flow or first_of_flow or segment.flags & (SYN | FIN | RST):
            if places:
                yield places
            places = []
        if segment.payload and not first_of_flow and not segment.flags & (SYN | FIN | RST):
            places.append(place)
        current[segment.connection] = segment.flow, places
    yield from (places for _, places in current.values() if places)
