"""Every RTMP message of captured RTMFP sessions equals that of a slow reading of the same capture: reference_test.py
PROGRAM RTMFP_MESSAGES [CAPTURE...]

Keys are in the file beside the capture. Of messages whose fragments are not all there, only those that are complete in
both are compared: the slow reading leaves the others out.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import packets
import reference_rtmfp
from program import SAMPLES, Program

DIRECTIONS = {"to_server": 0, "to_client": 1}


def key_file(capture):
    return next(path for path in map(capture.with_suffix, (".keys", ".rtmfpkeys")) if path.exists())


def truth(capture):
    """(client port, server port, direction, flow, sequence number, stream, type, time, body) of each message."""
    sessions = reference_rtmfp.read(packets.read(capture), reference_rtmfp.read_keys(key_file(capture)))
    for session, messages in sessions:
        ports = session.initiator[1], session.responder[1]
        for m in messages:
            yield (*ports, m.direction, m.flow, m.sequence_number, m.stream, m.type, m.timestamp, m.body)


def whole_messages(dump, capture):
    output = subprocess.run([dump, capture, key_file(capture)], check=True, stdout=subprocess.PIPE).stdout.decode()
    for line in output.splitlines():
        *numbers, complete, body = line.split(" ")
        if complete == "1":
            yield (*map(int, numbers), bytes.fromhex(body))


def printed_messages(program, capture):
    ports = {}
    for event in program.events("--keys", key_file(capture), capture):
        if event.get("event") == "connection_open":
            ports[event.get("connection")] = event.get("client").get("port"), event.get("server").get("port")
            assert event.get("transport") == "rtmfp", event
        if event.get("event") == "message" and event.get("complete"):
            yield (
                DIRECTIONS[event.get("direction")],
                *(event.get(key) for key in ("flow_id", "sequence_number", "message_stream_id", "type_id")),
                *(event.get(key) for key in ("timestamp", "length")),
            )


def in_order(messages):
    """Within each flow, by sequence number."""
    last = {}
    for message in messages:
        flow = message[:4]
        if message[4] <= last.get(flow, 0):
            return False
        last[flow] = message[4]
    return True


def compare(program, dump, capture):
    expected = list(truth(capture))
    assert len(expected) > 20, f"{capture.name}: {len(expected)} messages"
    found = list(whole_messages(dump, capture))
    assert Counter(found) == Counter(expected), difference(found, expected)
    assert in_order(found)
    printed = Counter(printed_messages(program, capture))
    # The port of a session's responder may have changed since the first hello.
    shortened = Counter((*message[2:8], len(message[8])) for message in expected)
    assert printed == shortened, difference(printed, shortened)


def difference(found, expected):
    missing, surplus = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    return f"missing {len(missing)}: {list(missing)[:2]}; surplus {len(surplus)}: {list(surplus)[:2]}"


def main():
    program, dump = Program(sys.argv[1]), sys.argv[2]
    captures = [Path(path) for path in sys.argv[3:]] or sorted(SAMPLES.glob("rtmfp_*.pcap"))
    assert captures
    for capture in captures:
        compare(program, dump, capture)


if __name__ == "__main__":
    main()
