"""Where the output of a live run goes: rotated files, sockets, and readers that are slow or go away.

    delivery_test.py PROGRAM

Traffic is made on loopback. Exits with 77 (skipped) where listening is not allowed.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from live_run import commands_in, give_to_anybody, wait_for_listening, wait_until_confined
from program import Program, parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until

END_WITHIN = 0.5  # seconds, on a busy machine; 0.15 of it for a reader that takes nothing
SMALL_FILE = 10_000
PARTS = 4


@contextmanager
def live(program, folder, port, output, *options, **streams):
    with open(folder / "errors", "wb") as errors:
        command = [program.path, "live", "-i", "lo", "-f", f"tcp port {port}", "--format", "ndjson", *options]
        command += ["-o", output] if output else []
        with running(command, stderr=errors, **streams) as process:
            wait_for_listening(process, folder)
            wait_until_confined(process)
            yield process


def told(folder):
    return (folder / "errors").read_text()


def stop(process, folder, within=None):
    process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert process.wait(PATIENCE) == 0, told(folder)
    took = time.monotonic() - begin
    assert within is None or took < within, f"{took:.3f} s from SIGTERM to the end"


class Reader:
    """Takes what a server socket brings, one connection after the other."""

    def __init__(self, family, address, kind=socket.SOCK_STREAM):
        self.listener, self.data, self.kind = socket.socket(family, kind), b"", kind
        self.listener.bind(address)
        if kind == socket.SOCK_STREAM:
            self.listener.listen()
        self.peer = None
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        try:
            self.peer = self.listener if self.kind == socket.SOCK_DGRAM else self.listener.accept()[0]
            while part := self.peer.recv(1 << 20):
                self.data += part
        except OSError:
            pass

    def close(self):
        for side in (self.peer, self.listener):
            if side is not None:
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                side.close()


def check_rotation(program, folder):
    """No file is larger than it may be, each has whole lines, and none is missing up to the oldest that is kept."""
    port, output = free_port(), folder / "live.ndjson"
    options = ("--rotate-size", str(SMALL_FILE), "--rotate-keep", "50")
    with live(program, folder, port, output, *options) as process:
        for part in range(PARTS):
            connection(port, [f"call{part}-{number}" for number in range(20)])
        wait_until(lambda: "call3-19" in output.read_text() + (folder / "live.ndjson.1").read_text(), "not all comes")
        stop(process, folder)
    files = sorted(folder.glob("live.ndjson.*"), key=lambda path: -int(path.suffix[1:])) + [output]
    assert len(files) > 3, files
    sizes = [path.stat().st_size for path in files]
    assert max(sizes) <= SMALL_FILE and min(sizes[:-1]) > SMALL_FILE / 2, sizes
    commands = [name for path in files for name in commands_in(path)]
    assert commands == [f"call{part}-{number}" for part in range(PARTS) for number in range(20)], commands
    with live(program, folder, port, output, "--rotate-size", str(SMALL_FILE), "--rotate-keep", "2") as process:
        for part in range(PARTS):
            connection(port, [f"again{part}-{number}" for number in range(20)])
        wait_until(lambda: "again3-19" in output.read_text() + (folder / "live.ndjson.1").read_text(), "not all comes")
        stop(process, folder)
    assert "capture_start" in "".join(path.read_text() for path in files if path.exists()), "the old ones are gone"


def check_rotation_by_time(program, folder):
    port, output = free_port(), folder / "live.ndjson"
    with live(program, folder, port, output, "--rotate-every", "1", "--rotate-keep", "3") as process:
        for part in range(6):
            connection(port, [f"call{part}"])
            time.sleep(0.8)
        stop(process, folder)
    names = sorted(path.name for path in folder.glob("live.ndjson*"))
    assert names == ["live.ndjson", "live.ndjson.1", "live.ndjson.2", "live.ndjson.3"], names


def check_socket(program, folder, make_reader, output):
    """The reader is there, goes, and comes back: lines are whole, and it is said."""
    port = free_port()
    reader = make_reader()
    with live(program, folder, port, output) as process:
        connection(port, ["first"])
        wait_until(lambda: b"first" in reader.data, f"nothing comes to {output}")
        for line in reader.data.splitlines():
            parse(line)
        reader.close()
        wait_until(lambda: connection(port, ["lost"]) or "tried again each second" in told(folder), "nobody says it")
        again = make_reader()
        wait_until(lambda: connection(port, ["second"]) or b"second" in again.data, f"nothing comes again to {output}")
        wait_until(lambda: "connected again" in told(folder), "nobody says that it is back")
        stop(process, folder, END_WITHIN)
        wait_until(lambda: b"capture_end" in again.data, "no summary")
    events = parse(again.data)  # from its first byte on these are whole lines
    assert events[-1].get("event") == "capture_end"
    again.close()


def check_sockets(program, folder):
    path = folder / "socket"

    def unix(kind):
        path.unlink(missing_ok=True)
        reader = Reader(socket.AF_UNIX, str(path), kind)
        path.chmod(0o777)
        return reader

    check_socket(program, folder, lambda: unix(socket.SOCK_STREAM), f"unix:{path}")
    check_socket(program, folder, lambda: unix(socket.SOCK_DGRAM), f"unix-datagram:{path}")


def check_tcp(program, folder):
    there = free_port()

    def reader():
        return Reader(socket.AF_INET, ("127.0.0.1", there))

    check_socket(program, folder, reader, f"tcp:127.0.0.1:{there}")


def check_reader_that_is_not_there(program, folder):
    port = free_port()
    with live(program, folder, port, f"unix:{folder}/nobody") as process:
        connection(port, ["first"])
        wait_until(lambda: "tried again each second" in told(folder), "nobody says it")
        stop(process, folder, END_WITHIN)
    assert "lines were not written" in told(folder), told(folder)


def check_slow_reader(program, folder):
    """Nobody reads: lines are dropped and counted, no packet is, and the end comes at once."""
    port = free_port()
    reading, writing = os.pipe()
    with live(program, folder, port, None, "--chunks", "--ranges", stdout=writing) as process:
        os.close(writing)
        for part in range(3):
            connection(port, [f"call{part}-{number}" for number in range(20)])
        stop(process, folder, END_WITHIN)
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
    assert "lines were not written: standard output was slow" in told(folder), told(folder)
    assert ", 0 dropped by the kernel, 0 dropped by the interface, 0 dropped by rtmpscope" in told(folder)
    whole = text[: text.rindex(b"\n") + 1]
    assert parse(whole)[0].get("event") == "capture_start"


def check_reader_that_goes(program, folder):
    """As `| head`: the run ends without a complaint."""
    port = free_port()
    reading, writing = os.pipe()
    with live(program, folder, port, None, stdout=writing) as process:
        os.close(writing)
        os.close(reading)
        connection(port, ["first"])
        connection(port, ["second"])
        assert process.wait(PATIENCE) == 0, told(folder)


def check_full_disk(program, folder):
    """It goes on when there is room again."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", disk], check=False).returncode:
        print("no file system can be made: a full disk is not tested")
        return
    try:
        port, output = free_port(), disk / "live.ndjson"
        (disk / "other").write_bytes(bytes(50_000))
        with live(program, folder, port, output) as process:
            wait_until(lambda: connection(port, ["first"] * 20) or "No space left" in told(folder), "nobody says it")
            (disk / "other").unlink()
            wait_until(lambda: "there is room again" in told(folder), "it does not go on")
            stop(process, folder)
        parse(output.read_bytes())
    finally:
        subprocess.run(["umount", disk], check=True)


def check_bad_use(program):
    for output in ("tcp:nowhere", "tcp:127.0.0.1:0", "unix:", "unix:" + "x" * 200, "tcp:no-such-host.invalid:1"):
        result = program.run("live", "-i", "lo", "-o", output)
        assert result.returncode == 2 and output in result.stderr.decode(), result


def main():
    program = Program(Path(sys.argv[1]).resolve())
    checks = (check_rotation, check_rotation_by_time, check_sockets, check_tcp, check_reader_that_is_not_there,
              check_slow_reader, check_reader_that_goes, check_full_disk)  # fmt: skip
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            give_to_anybody(folder)
            check(program, Path(folder))
    check_bad_use(program)
    print("files, sockets and slow readers: as documented")


if __name__ == "__main__":
    main()
