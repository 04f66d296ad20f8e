"""Damaged versions of a capture. Each is made from the intact one and a random generator: the same seed, the same
damage.

What a version still has of the streams is not told here: conversations.Capture.captured() looks into the packets.
"""

from collections import namedtuple
from dataclasses import replace

from conversations import Damaged
from ranges import Ranges

BURST = 100  # packets in a row
PACKETS_A_BURST, FEWEST_PACKETS_FOR_A_BURST = 1000, 300
SNAP_LENGTHS = (96, 128, 256)
LOSS_RATES = (0.001, 0.01, 0.05, 0.2)
DELAYED_SHARE = 0.01
DELAY_PACKETS, DELAY = 600, 4_000_000_000  # more than the grace of a gap that net/limits.hpp states
CLOCK_STEP = 60_000_000_000  # less than the timeouts of net/limits.hpp
MICROSECOND = 1_000
OTHER_PORTS = 28000

# Where a capture begins in mid-stream: a conversation, who sends, and the position of the first byte there is.
Start = namedtuple("Start", "conversation sender position")


def none(capture, _):
    """As it is: whatever is not found here is a mistake of the test."""
    return capture.intact()


def loss(rate):
    def damage(capture, generator):
        return [entry for entry in capture.intact() if generator.random() >= rate]

    return damage


def burst(capture, generator):
    entries = capture.intact()
    if len(entries) < FEWEST_PACKETS_FOR_A_BURST:
        return []
    for _ in range(max(1, len(entries) // PACKETS_A_BURST)):
        first = generator.randrange(len(entries) - BURST)
        del entries[first : first + BURST]
    return entries


def snap_length(size):
    def damage(capture, _):
        return [replace(entry, packet=cut(entry.packet, size)) for entry in capture.intact()]

    return damage


def cut(packet, size):
    return packet if len(packet.data) <= size else replace(packet, data=packet.data[:size])


def one_way(to_server):
    def damage(capture, _):
        return [entry for entry in capture.intact() if sent_by_client(capture, entry.origin) in (to_server, None)]

    return damage


def sent_by_client(capture, place):
    conversation = capture.owners[place]
    return conversation and capture.segments[place].source == conversation.client


def twice(capture, generator):
    """As two capture points on one path see it: the second a little later, and not always by the same time."""
    entries = capture.intact()
    copies = [later(entry, generator.randrange(5, 500) * MICROSECOND) for entry in entries]
    return sorted(entries + copies, key=lambda entry: entry.packet.time)


def later(entry, time):
    return Damaged(replace(entry.packet, time=entry.packet.time + time), entry.origin)


def delayed(capture, generator):
    """Some packets come so late that nobody waits for them."""
    kept, moved = [], []
    for entry in capture.intact():
        (moved if generator.random() < DELAYED_SHARE else kept).append(entry)
    for entry in moved:
        due = entry.packet.time + DELAY
        place = next((n for n, other in enumerate(kept) if other.packet.time >= due), len(kept))
        place = max(place, min(entry.origin + DELAY_PACKETS, len(kept)))
        time = kept[place - 1].packet.time if place else entry.packet.time
        kept.insert(place, Damaged(replace(entry.packet, time=time), entry.origin))
    return kept


def clock_steps(capture, generator):
    """The capturing machine's clock is set, back and forth. Nothing is lost."""
    entries = capture.intact()
    for _ in range(3):
        first, step = generator.randrange(len(entries)), generator.choice((-CLOCK_STEP, CLOCK_STEP))
        entries[first:] = [later(entry, step) for entry in entries[first:]]
    return entries


def cut_start(capture, start):
    """Begins with the first packet that has the byte of `start`; what is before it in that packet is gone, too."""
    entries = capture.intact()
    for place, (segment, owner) in enumerate(zip(capture.segments, capture.owners)):
        if owner is None or owner.number != start.conversation or segment.source != start.sender:
            continue
        before = start.position - owner.streams[start.sender].position(segment.sequence)
        if 0 <= before < len(segment.payload):
            if before:
                part = segment.part(before, segment.wire_length)
                entries[place] = Damaged(part.to_packet(capture.packets[place].time), place)
            began = capture.packets[place].time  # two capture points need not lie in order of time
            return [entry for entry in entries[place:] if entry.packet.time >= began]
    raise ValueError(f"{capture.path.name}: no packet with {start}")


def on_other_ports(capture, damaged):
    """The same with the servers on ports where nobody expects RTMP, and {address and port: what they are in truth}."""
    names = {}

    def moved(conversation, end):
        if end == conversation.client:
            return end
        other = end[:-2] + (OTHER_PORTS + int.from_bytes(end[-2:], "big") % 1000).to_bytes(2, "big")
        names[other] = end
        return other

    def entries():
        for entry, found in zip(damaged, capture.segments_of(damaged)):
            if found:
                conversation, segment = found
                ports = [moved(conversation, end)[-2:] for end in (segment.source, segment.destination)]
                segment = replace(segment, tcp=b"".join(ports) + segment.tcp[4:])
                entry = replace(entry, packet=segment.to_packet(entry.packet.time))
            yield entry

    return list(entries()), names


def random_starts(capture, streams, generator, count):
    """`streams` are pairs of a conversation's number and a sender; each byte of them is as likely as any other."""
    spans = [
        (number, sender, begin, end)
        for number, sender in streams
        for begin, end in capture.conversations[number].streams[sender].have
    ]
    weights = [end - begin for _, _, begin, end in spans]
    for number, sender, begin, end in generator.choices(spans, weights, k=count) if spans else ():
        yield Start(number, sender, generator.randrange(begin, end))


def with_gaps(capture, missing):
    """Takes out exact ranges of positions: `missing` is {(number of conversation, sender): Ranges}."""
    entries = []
    for entry, segment, owner in zip(capture.intact(), capture.segments, capture.owners):
        ranges = owner and missing.get((owner.number, segment.source))
        if not ranges or not segment.payload:
            entries.append(entry)
            continue
        begin = owner.streams[segment.source].position(segment.sequence)
        end = begin + segment.wire_length
        left = list(ranges.missing(begin, end))
        if left == [(begin, end)]:
            entries.append(entry)
            continue
        for one, other in left:
            part = segment.part(one - begin, other - begin)
            entries.append(Damaged(part.to_packet(entry.packet.time), entry.origin))
    return entries


def random_gaps(streams_of, count, longest):
    """`count` gaps of 1 to `longest` bytes in each stream. streams_of(capture) gives pairs as in random_starts."""

    def damage(capture, generator):
        missing = {}
        for number, sender in streams_of(capture):
            size = len(capture.conversations[number].streams[sender].content)
            for _ in range(count if size else 0):
                begin = generator.randrange(size)
                missing.setdefault((number, sender), Ranges()).add(begin, begin + generator.randint(1, longest))
        return with_gaps(capture, missing)

    return damage


def all_streams(capture):
    return [(c.number, sender) for c in capture.conversations if c.whole for sender in sorted(c.streams)]


DAMAGES = (
    {"none": none}
    | {f"loss_{rate * 100:g}": loss(rate) for rate in LOSS_RATES}
    | {"burst": burst}
    | {f"snap_{size}": snap_length(size) for size in SNAP_LENGTHS}
    | {"one_way_to_server": one_way(True), "one_way_to_client": one_way(False)}
    | {"twice": twice, "delayed": delayed, "clock_steps": clock_steps}
    | {"gaps": random_gaps(all_streams, 5, 300)}
)
MIDSTREAM, MIDSTREAM_OTHER_PORT = "midstream", "midstream_other_port"
# Without chance: one seed is all there is.
CERTAIN = {name for name in DAMAGES if name.startswith(("none", "snap_", "one_way_"))}
