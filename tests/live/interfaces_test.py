"""Several interfaces at a time, in a network namespace of the test's own.

    interfaces_test.py PROGRAM

A made-up connection has one direction on each of two interfaces. Interfaces are switched off and on, and removed. More
comes at once than may wait. Exits with 77 (skipped) where there can be no namespace.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import schema
from live_run import SKIPPED, wait_until_confined
from live_socket import sniffing
from program import Program, parse
from rtmp_writer import amf0_values, message
from server import PATIENCE, running, wait_until
from session import ACK, CLIENT, SERVER, Session

FIRST, SECOND = "rtmpscope0", "rtmpscope1"
INSIDE = "--inside"
COMMANDS = 200
SMALL_RING = 1 << 16
FLOOD = 40_000  # packets


def ip(*words):
    subprocess.run(["ip", "link", *words], check=True)


@contextmanager
def interfaces():
    for name in (FIRST, SECOND):
        ip("add", name, "type", "veth", "peer", "name", f"{name}p")
        ip("set", name, "up")
        ip("set", f"{name}p", "up")
    yield
    for name in (FIRST, SECOND):
        subprocess.run(["ip", "link", "del", name], check=False, stderr=subprocess.DEVNULL)


def conversation(port=1935):
    """A connection in which each side answers the other, command by command."""
    session = Session(port=port)
    for number in range(COMMANDS):
        name = f"call{number}"
        session.raw(CLIENT, message(20, amf0_values(name, float(number + 2), None)))
        session.raw(SERVER, message(20, amf0_values("_result", float(number + 2), None)))
    session.end()
    session.packet(CLIENT, ACK)  # so that nobody waits for it
    return session.packets


def send(packets, client_on=FIRST, server_on=SECOND, port=1935):
    sides = {}
    for name in {client_on, server_on}:
        sides[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sides[name].bind((name, 0))
    for packet in packets:
        from_client = packet.data[36:38] == port.to_bytes(2, "big")
        sides[client_on if from_client else server_on].send(packet.data)
    for side in sides.values():
        side.close()


@contextmanager
def live(program, folder, *options, **streams):
    with open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "--format", "ndjson", "-f", "tcp", *options]
        with running(command, stderr=errors, **streams) as process:
            wait_until(lambda: sniffing(process) or process.poll() is not None, "rtmpscope does not listen")
            assert process.poll() is None, (folder / "errors").read_text()
            wait_until_confined(process)
            yield process


def told(folder):
    return (folder / "errors").read_text()


def stop(process, folder):
    process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert process.wait(PATIENCE) == 0, told(folder)
    return time.monotonic() - begin


def check_order(program, folder, *options):
    """What the two interfaces bring is put in order: each answer comes after its call."""
    output = folder / "out.ndjson"
    with live(program, folder, "-i", FIRST, "-i", SECOND, "-o", output, *options) as process:
        send(conversation())
        wait_until(lambda: b"connection_close" in output.read_bytes(), "the connection does not end")
        stop(process, folder)
    schema.check(program.path, output.read_bytes())
    events = parse(output.read_bytes())
    names = [event.get("command").get("name") for event in events if event.get("command")]
    assert names == [name for number in range(COMMANDS) for name in (f"call{number}", "_result")], names[:20]
    assert not [event for event in events if event.get("event") == "gap"]
    assert events[0].get("source") == f"{FIRST}, {SECOND}", events[0]
    assert events[-1].get("link_types") == ["EN10MB", "EN10MB"], events[-1]


def check_states(program, folder, *options):
    """Off, on, and away: told, and the other one goes on. Without any the run ends."""
    output = folder / "out.ndjson"
    with live(program, folder, "-i", FIRST, "-i", SECOND, "-o", output, *options) as process:
        ip("set", FIRST, "down")
        wait_until(lambda: f"{FIRST} is down" in told(folder), "nobody says that it is down")
        send(conversation(), SECOND, SECOND)
        wait_until(lambda: output.read_bytes().count(b"connection_close") == 1, "the other one does not go on")
        ip("set", FIRST, "up")
        wait_until(lambda: f"{FIRST} is up again" in told(folder), "nobody says that it is up")
        send(conversation(1936), FIRST, FIRST, port=1936)
        wait_until(lambda: output.read_bytes().count(b"connection_close") == 2, "nothing comes after it was down")
        ip("del", FIRST)
        wait_until(lambda: f"capture on {FIRST} ended" in told(folder), "nobody says that it is away")
        send(conversation(1937), SECOND, SECOND, port=1937)
        wait_until(lambda: output.read_bytes().count(b"connection_close") == 3, "the other one has ended, too")
        ip("del", SECOND)
        assert process.wait(PATIENCE) == 1, told(folder)
    end = parse(output.read_bytes())[-1]
    assert f"capture on {SECOND} ended" in end.get("fault").get("text"), end


def check_small_ring(program, folder):
    """More comes at once than may wait: rtmpscope drops packets, the kernel does not, and an event says so."""
    session, output = Session(), folder / "out.ndjson"
    for number in range(FLOOD):
        session.raw(CLIENT, message(20, amf0_values(f"call{number}", float(number + 2), None, "x" * 300)))
    with live(program, folder, "-i", FIRST, "--ring-size", str(SMALL_RING), "-o", output) as process:
        send(session.packets, FIRST, FIRST)
        stop(process, folder)
    text = output.read_bytes()
    schema.check(program.path, text)
    events = parse(text)
    drops = [event for event in events if event.get("event") == "capture_drops"]
    assert drops, "no event tells of the drops"
    assert drops[-1].get("ring_drops") > 0 and drops[-1].get("kernel_drops") == 0, drops[-1]
    assert [event.get("event") for event in events].count("gap") > 0
    end = events[-1]
    assert end.get("ring_drops") == drops[-1].get("ring_drops"), (end, drops[-1])
    assert end.get("packets") + end.get("ring_drops") == len(session.packets), (end, len(session.packets))
    print(f"{end.get('ring_drops')} of {len(session.packets)} packets did not fit into a ring of {SMALL_RING} bytes")


def check_bad_use(program):
    for words, complaint in (
        ((FIRST, FIRST), f"-i {FIRST} is there twice"), (("any", FIRST), "-i any has all interfaces already")
    ):  # fmt: skip
        result = program.run("live", *(part for word in words for part in ("-i", word)))
        assert (result.returncode, result.stderr.decode()) == (2, f"rtmpscope: {complaint}\n"), result


def main():
    program = Program(Path(sys.argv[1]).resolve())
    if INSIDE not in sys.argv:
        if subprocess.run(["unshare", "--net", "true"], check=False).returncode != 0:
            sys.exit(SKIPPED)
        sys.exit(subprocess.run(["unshare", "--net", sys.executable, *sys.argv, INSIDE], check=False).returncode)
    check_bad_use(program)
    two_threads = ("--fanout", "2")
    for check, *options in ((check_order,), (check_order, *two_threads), (check_states,), (check_states, *two_threads),
                            (check_small_ring,)):  # fmt: skip
        with tempfile.TemporaryDirectory() as folder, interfaces():
            check(program, Path(folder), *options)
    print("several interfaces: in order, off, on and away as documented")


if __name__ == "__main__":
    main()
