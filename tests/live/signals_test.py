"""What signals do to a live run: SIGHUP opens the output file anew, and none of them loses an event.

    signals_test.py PROGRAM

Traffic is made on loopback, in the test's own connections. Exits with 77 (skipped) where listening is not allowed.
"""

import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from live_socket import sniffing
from program import Program, parse
from rtmp_writer import amf0_values, message
from server import PATIENCE, free_port, running, wait_until

SKIPPED = 77
HANDSHAKE = 1536


def serve(listener):
    """Answers one handshake and takes what comes until the other side ends."""
    side, _ = listener.accept()
    with side:
        side.sendall(b"\x03" + bytes(HANDSHAKE) + bytes(HANDSHAKE))
        while side.recv(65536):
            pass


def connection(port, commands):
    """One client that sends a handshake and these commands."""
    listener = socket.create_server(("127.0.0.1", port))
    server = threading.Thread(target=serve, args=(listener,))
    server.start()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"\x03" + bytes(HANDSHAKE))
        answer = b""
        while len(answer) < 1 + 2 * HANDSHAKE:
            answer += client.recv(65536)
        client.sendall(answer[1:1 + HANDSHAKE])
        for number, name in enumerate(commands, 1):
            client.sendall(message(20, amf0_values(name, float(number), None)))
            time.sleep(0.05)
    server.join()
    listener.close()


def commands_in(path):
    events = parse(path.read_bytes()) if path.exists() else []
    return [event.get("command").get("name") for event in events if event.get("command")]


def start(program, folder, port, *options):
    output = folder / "live.ndjson"
    command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "-o", output, *options]
    errors = open(folder / "errors", "wb")
    return output, running(command, signal.SIGTERM, stderr=errors)


def wait_for_listening(live, folder):
    wait_until(lambda: sniffing(live) or live.poll() is not None, "rtmpscope does not listen")
    if live.poll() is not None:
        text = (folder / "errors").read_text()
        if "no permission" in text or "not permitted" in text:
            print("capturing is not allowed here:", text)
            sys.exit(SKIPPED)
        raise AssertionError(text)


def check_rotation(program, folder):
    """The file is moved away, as logrotate does; after SIGHUP the rest is in a new one, and nothing is in neither."""
    port = free_port()
    output, context = start(program, folder, port, "--format", "ndjson")
    moved = folder / "live.ndjson.1"
    with context as live:
        wait_for_listening(live, folder)
        connection(port, ["first"])
        wait_until(lambda: commands_in(output) == ["first"], "the first event does not come")
        output.rename(moved)
        live.send_signal(signal.SIGHUP)
        connection(port, ["second"])
        wait_until(lambda: commands_in(output) == ["second"], "the second event is not in the new file")
        live.send_signal(signal.SIGHUP)  # the file is still there: what it holds stays
        connection(port, ["third"])
        wait_until(lambda: commands_in(output) == ["second", "third"], "the file was emptied")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
    assert commands_in(moved) == ["first"]
    assert parse(output.read_bytes())[-1].get("event") == "capture_end"


def check_hang_up_without_a_file(program, folder):
    port = free_port()
    with open(folder / "out", "wb") as output, open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "--format", "ndjson"]
        with running(command, signal.SIGTERM, stdout=output, stderr=errors) as live:
            wait_for_listening(live, folder)
            live.send_signal(signal.SIGHUP)
            connection(port, ["only"])
            wait_until(lambda: commands_in(folder / "out") == ["only"], "SIGHUP stopped the output")
            live.send_signal(signal.SIGTERM)
            assert live.wait(PATIENCE) == 0


def check_lines_come_while_it_runs(program, folder):
    """Text, too: each line as it happens, not when a buffer is full."""
    port = free_port()
    output, context = start(program, folder, port)
    with context as live:
        wait_for_listening(live, folder)
        connection(port, ["somebody"])
        wait_until(lambda: "somebody(1)" in output.read_text(), "the line does not come")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0


def main():
    program = Program(sys.argv[1])
    for check in (check_rotation, check_hang_up_without_a_file, check_lines_come_while_it_runs):
        with tempfile.TemporaryDirectory() as folder:
            check(program, Path(folder))
    print("signals and rotation: as they should be")


if __name__ == "__main__":
    main()
