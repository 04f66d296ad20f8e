"""Judges a capture that begins in mid-stream: how soon messages are found, and whether the chunk size is right."""

from judge import Judge, brief

SOON = 2  # messages that begin after the start, of which one must be found
FEWEST_MEDIA = 10  # messages of audio and video that make a direction worth the question
CHUNK_SIZE_WITHIN = 1 << 20  # bytes


def judge_start(capture, truth, damaged, events, start):
    judge = Judge(capture, truth, damaged, events)
    verdict = judge.judge()
    key = start.conversation, start.sender
    after = [message for message in truth.streams[key].in_order() if message.position >= start.position]
    if sum(message.is_media for message in after) < FEWEST_MEDIA:
        verdict.counts["start_without_media"] += 1
        return verdict
    verdict.counts["starts"] += 1
    found = [(key, message.position) in judge.reported for message in after[:SOON]]
    if any(found):
        verdict.counts["sync_soon"] += 1
    else:
        first = next((n for n, message in enumerate(after) if (key, message.position) in judge.reported), None)
        verdict.note("sync_late", f"start {start.position}: {SOON} messages missed, first found {first}: {brief(after[0].event)}")
    judge_chunk_size(judge, truth.streams[key], start, after, verdict)
    return verdict


def judge_chunk_size(judge, stream, start, after, verdict):
    """Right is the size that was set; where no message needs a second chunk, any that is no smaller than all of them."""
    stated = stated_chunk_size(judge, start)
    expected = stream.chunk_size_at(start.position)
    near = [message for message in after if message.end <= start.position + CHUNK_SIZE_WITHIN]
    if stream.chunk_size_at(start.position + CHUNK_SIZE_WITHIN) != expected:
        return
    verdict.counts["chunk_size_asked"] += 1
    longest = max((message.event["length"] for message in near), default=0)
    if stated == expected or (stated and longest <= expected and stated >= longest):
        verdict.counts["chunk_size_right"] += 1
    else:
        verdict.note("chunk_size_wrong", f"start {start.position}: chunk size is {expected}, stated {stated}")


def stated_chunk_size(judge, start):
    """The last word of the events that speak of the chunk size in the direction of the start."""
    stated = None
    for event in judge.events:
        if event["event"] != "sync_found" or "chunk_size" not in event:
            continue
        conversation = judge.placement.conversation(event)
        if conversation and (conversation.number, judge.placement.sender(event)) == (start.conversation, start.sender):
            stated = event["chunk_size"]
    return stated
