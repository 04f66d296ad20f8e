"""Export Objects: the FLV file holds the audio and video that a server, nginx with its RTMP module, recorded of the
same stream: the same frames in the same order, with the same bytes and times.

    recording_test.py PROGRAM PLUGIN SERIES

ffmpeg publishes through a relay in here, which makes the capture of what passes. So nobody has to be allowed to listen.
"""

import socket
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock, Thread

from export_test import export
from flv_reader import AUDIO, VIDEO, is_coded, tags
from packets import write_pcap
from program import SAMPLES
from server import PATIENCE, free_port, listening, nginx, publish, wait_until
from wireshark import Tshark

sys.path.append(str(SAMPLES.parent / "tests/built_in_dissector_faults"))
from session import CLIENT, SERVER, Session  # noqa: E402

LONGEST = 65536  # bytes that are read at once


def copy(source, target, direction, passed, lock):
    """What one side sends, until it has ended."""
    while data := source.recv(LONGEST):
        with lock:  # in front of the answer to it
            passed.append((direction, data))
            target.sendall(data)
    with suppress(OSError):  # it has ended, too
        target.shutdown(socket.SHUT_WR)


def relay(listener, port, passed):
    """One connection to `port`; what passes as [(direction, bytes)]."""
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        lock = Lock()
        ways = [(client, server, CLIENT, passed, lock), (server, client, SERVER, passed, lock)]
        threads = [Thread(target=copy, args=way) for way in ways]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)


def record(folder):
    """(bytes of the server's recording, packets of the connection)"""
    recordings = folder / "recordings"
    recordings.mkdir()
    recordings.chmod(0o777)  # nginx may be another user
    port, passed = free_port(), []
    with ExitStack() as stack:
        stack.enter_context(nginx(folder, port, f"record all; record_path {recordings};"))
        wait_until(lambda: listening(port), "nginx does not listen")
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        relaying = Thread(target=relay, args=(listener, port, passed))
        relaying.start()
        publish(listener.getsockname()[1], realtime=False)
        relaying.join(PATIENCE)
    (recording,) = recordings.iterdir()
    session = Session(handshake=False)
    for direction, data in passed:
        session.raw(direction, data)
    session.end()
    return recording.read_bytes(), session.packets


def media(content):
    """Coded frames in their order, and the kinds of configuration: nginx writes some of that twice."""
    found = [tag for tag in tags(content) if tag[0] in (AUDIO, VIDEO)]
    frames = [tag for tag in found if is_coded(tag[0], tag[2])]
    return frames, {(type_id, body) for type_id, _, body in found if not is_coded(type_id, body)}


def main():
    plugin, series = sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory() as folder, Tshark(plugin, series) as tshark:
        Path(folder).chmod(0o755)
        recorded, session_packets = record(Path(folder))
        capture = Path(folder) / "relayed.pcap"
        write_pcap(capture, session_packets)
        (exported,) = export(tshark, capture).values()
    (ours, our_setup), (theirs, their_setup) = media(exported), media(recorded)
    for number, (one, other) in enumerate(zip(ours, theirs)):
        assert one == other, f"frame {number}: {one[:2]}, recorded {other[:2]}"
    assert len(ours) == len(theirs), f"{len(ours)} frames, {len(theirs)} recorded"
    assert our_setup == their_setup and len(our_setup) >= 2, (our_setup, their_setup)
    assert len(ours) > 150, len(ours)  # three seconds of 25 pictures and 43 pieces of sound
    print(f"{len(ours)} frames as recorded")


if __name__ == "__main__":
    main()
