"""Compares the messages that rtmpscope finds with those of other decoders, for every conversation in plain RTMP; with
the reference also for those in RTMPT, in TLS whose keys are in the capture or in a file of its name with the ending
keys, and in RTMPE whose keys are in such a file.

    differential_test.py PROGRAM reference|tshark [--captures DIRECTORY]

reference is the slow decoder beside this file, which must agree in everything; tshark's own dissector shows fewer
fields.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from os import cpu_count
from pathlib import Path

import reference_rtmp
import reference_rtmpe
import reference_tunnel
import tshark_rtmp
from known_differences import AFTER_EXTENDED_DELTA, as_tshark_shows, explanation, not_whole
from program import Pairs, Program, SAMPLES, strip
from streams import tcp_streams, tls_streams

HEADER = ("type_id", "chunk_stream_id", "message_stream_id", "timestamp", "length", "chunks", "stream_offset")
PLAIN_RTMP_VERSION = b"\x03"
RTMPE_VERSIONS = (b"\x06", b"\x08", b"\x09")
MOST_SHOWN = 3  # differences of one direction; what follows is often a consequence


def key_log(capture):
    """The file with the capture's keys; None if there is none."""
    path = capture.with_suffix(".keys")
    return path if path.exists() else None


def our_messages(program, capture):
    """[{"to_server": [message], "to_client": [message], "c" and "s": endpoints, "extended_deltas": {direction and chunk
    stream: offset of its first header of type 1 or 2 with an extended timestamp}}] in the order of the connections."""
    connections = {}
    keys = key_log(capture) or rtmpe_keys(capture)
    for event in program.events("--chunks", capture, *(("--keys", keys) if keys else ())):
        kind, number = event.get("event"), event.get("connection")
        if kind == "connection_open":
            ends = [event.get(side) for side in ("client", "server")]
            connections[number] = {side: (end.get("address"), end.get("port")) for side, end in zip("cs", ends)}
            connections[number] |= {"to_server": [], "to_client": [], "extended_deltas": {}}
        elif kind == "chunk" and event.get("format") in (1, 2) and event.get("extended_timestamp") is not None:
            place = event.get("direction"), event.get("chunk_stream_id")
            connections[number]["extended_deltas"].setdefault(place, event.get("stream_offset"))
        elif kind == "message" and event.get("complete"):
            connections[number][event.get("direction")].append(our_message(event))
    return list(connections.values())


def our_message(event):
    message = {key: event.get(key) for key in HEADER}
    body = event.get("command") or event.get("data") or Pairs()
    if message["type_id"] in (reference_rtmp.COMMAND_AMF0, reference_rtmp.DATA_AMF0):
        message["values"] = [body.get(key) for key in ("name", "transaction_id") if body.get(key) is not None]
        # What an ECMA array announces is no value.
        message["values"] += strip(body.get("arguments", []), {"@count"})
    return message


def reference_messages(stream, direction):
    for message in reference_rtmp.messages(getattr(stream, direction)):
        if message.complete:
            header = {key: value for key, value in asdict(message).items() if key in HEADER}
            if message.type_id in (reference_rtmp.COMMAND_AMF0, reference_rtmp.DATA_AMF0):
                header["values"] = reference_rtmp.amf0_values(message.body)
            yield header


def scalars(value):
    """Names and values in wire order, without the structure and without null."""
    if isinstance(value, list):
        for element in value:
            yield from scalars(list(element) if isinstance(element, tuple) else element)
    elif value is not None:
        yield value


def compare(what, ours, theirs, keys=None):
    """Differences of two sequences of messages as lines of text. With keys, only those are looked at."""
    lines = []
    for number, (our, their) in enumerate(zip(ours, theirs), 1):
        for key in keys(their) if keys else {*our, *their}:
            if our.get(key) != their.get(key):
                values = f"ours {our.get(key)!r:.300}, theirs {their.get(key)!r:.300}"
                lines.append(f"{what}, message {number}, {key}: {values}")
    if len(ours) != len(theirs):
        lines.append(f"{what}: ours has {len(ours)} messages, theirs {len(theirs)}")
    return lines[:MOST_SHOWN]


def rtmpe_keys(capture):
    """The file with the secrets of the capture's RTMPE; None if there is none."""
    paths = [capture.with_suffix(suffix) for suffix in (".keys", ".rtmpekeys")]
    return next((path for path in paths if path.exists() and reference_rtmpe.secrets(path)), None)


def readable_streams(capture):
    """The TCP streams, and those in TLS; in place of those that carry RTMPT, the sessions in them; RTMPE decrypted if
    there are keys."""
    streams = tcp_streams(capture)
    if capture.name.startswith(("rtmps_", "rtmpts_")):
        keys = ("-o", f"tls.keylog_file:{key_log(capture)}") if key_log(capture) else ()
        streams += tls_streams(capture, keys).values()
    tunnels = [stream for stream in streams if stream and reference_tunnel.is_tunnel(stream)]
    streams = [stream for stream in streams if stream not in tunnels] + list(reference_tunnel.sessions(tunnels))
    secrets = reference_rtmpe.secrets(rtmpe_keys(capture)) if rtmpe_keys(capture) else []
    encrypted = [secrets and stream and reference_rtmpe.is_rtmpe(stream) for stream in streams]
    return [
        reference_rtmpe.decrypted(stream, secrets) if is_encrypted else stream
        for stream, is_encrypted in zip(streams, encrypted)
    ]


def conversations(program, capture, streams, versions=(PLAIN_RTMP_VERSION,)):
    """(our connection, stream, its number) for every conversation that begins with such a version, and what is
    missing."""
    ours, found, lines = our_messages(program, capture), [], []
    versions = set(versions)
    for number, stream in enumerate(streams):
        if not stream or not versions & {stream.to_server[:1], stream.to_client[:1]}:
            continue
        match = next((c for c in ours if {c["c"], c["s"]} == {stream.client, stream.server}), None)
        if match:
            ours.remove(match)  # the next with these endpoints is the next conversation
            found.append((match, stream, number))
        else:
            lines.append(f"{capture.name}: no connection {stream.client} {stream.server}")
    return found, lines


def directions(connection, stream):
    """(name of the direction with us, with tshark, sender's port). In a capture of one direction tshark takes whoever
    is heard for the client."""
    swapped = connection["c"] != stream.client
    for ours, theirs in (("to_server", "to_client"), ("to_client", "to_server")):
        sender = connection["c" if ours == "to_server" else "s"]
        yield ours, theirs if swapped else ours, sender[1]


def compare_with_reference(program, capture):
    versions = (PLAIN_RTMP_VERSION, *(RTMPE_VERSIONS if rtmpe_keys(capture) else ()))
    found, lines = conversations(program, capture, readable_streams(capture), versions)
    count = 0
    for connection, stream, number in found:
        for ours, theirs, _ in directions(connection, stream):
            expected = list(reference_messages(stream, theirs))
            lines += compare(f"{capture.name}, stream {number} {ours}", connection[ours], expected)
            count += len(expected)
    return count, lines


def compare_with_tshark(program, capture):
    found, lines = conversations(program, capture, tcp_streams(capture))
    ports = {connection["s"][1] for connection, _, _ in found} - {1935}
    dissected = tshark_rtmp.dissect(capture, ports) if found else {}
    count = 0
    for connection, stream, number in found:
        for direction, _, port in directions(connection, stream):
            ours = [message | {"scalars": scalars(message.get("values"))} for message in connection[direction]]
            theirs = dissected.get((number, port), [])
            for message in ours + theirs:
                message["scalars"] = as_tshark_shows(message["scalars"])
            what = f"{capture.name}, stream {number} {direction}"
            for message, other in zip(ours, theirs):
                first = connection["extended_deltas"].get((direction, message["chunk_stream_id"]))
                if first is not None and message["stream_offset"] >= first:
                    other["timestamp"] = message["timestamp"]
                    if f"{what}{AFTER_EXTENDED_DELTA}" not in lines:
                        lines.append(f"{what}{AFTER_EXTENDED_DELTA}")
            lines += compare(what, ours, theirs, keys=list)
            count += len(theirs)
    return count, lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Program)
    parser.add_argument("other", choices=("reference", "tshark"))
    parser.add_argument("--captures", type=Path, default=SAMPLES)
    options = parser.parse_args()
    captures = sorted(path for path in options.captures.iterdir() if ".pcap" in path.name and not not_whole(path))
    judge = compare_with_reference if options.other == "reference" else compare_with_tshark
    with ThreadPoolExecutor(cpu_count()) as pool:
        results = list(pool.map(partial(judge, options.program), captures))
    complaints = [line for _, lines in results for line in lines]
    unexplained = [line for line in complaints if not explanation(line)]
    messages = sum(count for count, _ in results)
    explained = (f"{line}\n  known: {explanation(line)}" for line in complaints if explanation(line))
    print(*explained, *unexplained, sep="\n")
    print(f"{messages} messages of {len(captures)} captures compared")
    return 1 if unexplained or not messages else 0


if __name__ == "__main__":
    sys.exit(main())
