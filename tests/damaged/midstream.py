"""Judges a capture that begins in mid-stream: how soon messages are found, and whether the chunk size is right."""

from judge import Judge, brief

SOON = 2  # messages that begin after the start, of which one must be found
FEWEST_MEDIA = 10  # messages of audio and video that make a direction worth the question
CHUNK_SIZE_WITHIN = 1 << 20  # bytes
ENOUGH_TO_RECOGNISE = 1 << 16


def judge_start(capture, truth, damaged, events, start):
    judge = Judge(capture, truth, damaged, events)
    verdict = judge.judge()
    key = start.conversation, start.sender
    judge_detection(judge, key, verdict)
    # A retransmission may have come before it, so that what follows in the stream is not all there.
    after = [message for message in truth.streams[key].in_order()
             if message.position >= start.position and judge.intact(key, message)]
    if sum(message.is_media for message in after) < FEWEST_MEDIA:
        verdict.counts["start_without_media"] += 1
        return verdict
    verdict.counts["starts"] += 1
    found = [(key, message.position) in judge.reported for message in after[:SOON]]
    if any(found):
        verdict.counts["sync_soon"] += 1
    else:
        first = next((n for n, message in enumerate(after) if (key, message.position) in judge.reported), None)
        text = f"start {start.position}: {SOON} messages missed, first found {first}: {brief(after[0].event)}"
        verdict.note("sync_late", text)
    judge_chunk_size(judge, truth.streams[key], start, after, verdict)
    return verdict


def judge_detection(judge, key, verdict):
    """RTMP has to be recognised where this much of a direction was captured."""
    if len(judge.captured.get(key, ())) < ENOUGH_TO_RECOGNISE:
        return
    verdict.counts["recognition_asked"] += 1
    connections = judge.placement.connections
    for number, event in connections.items():
        conversation = judge.placement.opening(number)
        if event["transport"] == "rtmp" and conversation and conversation.number == key[0]:
            verdict.counts["recognised"] += 1
            return
    verdict.note("not_recognised", f"{len(judge.captured[key])} bytes captured")


def judge_chunk_size(judge, stream, start, after, verdict):
    """Only asked where a message near the start is longer than a chunk, or where an answer is given as certain."""
    limit = start.position + CHUNK_SIZE_WITHIN
    expected = stream.chunk_size_at(start.position)
    if stream.chunk_size_at(limit) != expected:
        return
    stated, exact = stated_chunk_size(judge, start, limit)
    longest = max((message.event["length"] for message in after if message.end <= limit), default=0)
    if longest <= expected and not exact:
        verdict.counts["chunk_size_open"] += 1
        return
    verdict.counts["chunk_size_asked"] += 1
    if stated == expected:
        verdict.counts["chunk_size_right"] += 1
    else:
        verdict.note("chunk_size_wrong", f"start {start.position}: chunk size is {expected}, stated {stated}")


def stated_chunk_size(judge, start, limit):
    """(bytes, whether that is certain) as the last event near the start says that speaks of it."""
    stated = None, False
    for event in judge.events:
        said = said_chunk_size(event)
        place = judge.placement.place(event) if said else None
        if place and (place[0].number, place[1]) == (start.conversation, start.sender) and place[2] <= limit:
            stated = said
    return stated


def said_chunk_size(event):
    """By the program, or by the sender and so shown."""
    if event["event"] == "sync_found" and "chunk_size" in event:
        return event["chunk_size"], event.get("chunk_size_exact", True)
    if event["event"] == "message" and event["complete"] and "chunk_size" in event.get("control", {}):
        return event["control"]["chunk_size"], True
    return None
