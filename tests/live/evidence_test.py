"""Files for connections in which something was found: their packets, with the finding as a comment.

    evidence_test.py PROGRAM

Exits with 77 (skipped) where listening is not allowed.
"""

import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from live_run import give_to_anybody
from live_test import write_certificate
from packet_log_test import live, told
from program import Program, parse
from rtmp_talk import HANDSHAKE, serve
from rtmp_writer import amf0_values, message
from server import PATIENCE, free_port, listening, nginx, publish, wait_until

NAME = re.compile(r"\d{8}T\d{6}Z-C\w{17}-(\w+)\.pcapng")
# Numbers of packets and connections are those of the file; what several connections tell is not in it.
PLACES = {"frame", "connection", "first_frame", "request_frame", "frames", "evidence", "frame_number", "related",
          "connections", "sentence", "last_data_frame", "told_with"}  # fmt: skip


def files_in(folder):
    return sorted(folder.glob("*.pcapng"))


def ended(folder, count):
    return lambda: (folder / "live.ndjson").read_bytes().count(b'"event":"verdict"') == count


def of_connection(events, uid):
    return [event.without(PLACES) for event in events if event.get("uid") == uid]


def comments_of(path):
    command = [shutil.which("tshark"), "-r", path, "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "damaged" not in shown.stderr and "cut short" not in shown.stderr, shown.stderr
    return shown.stdout


def bad_connection(port, seconds=0.1, wrap_server=lambda each: each, wrap_client=lambda each: each):
    """A client that sends a command each tenth of a second, and at last a chunk size of 0."""
    with wrap_server(socket.create_server(("127.0.0.1", port))) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        with wrap_client(socket.create_connection(("127.0.0.1", port))) as client:
            client.sendall(b"\x03" + bytes(HANDSHAKE))
            answer = b""
            while len(answer) < 1 + 2 * HANDSHAKE:
                answer += client.recv(65536)
            client.sendall(answer[1:1 + HANDSHAKE])
            for number in range(int(seconds * 10)):
                client.sendall(message(20, amf0_values("dance", float(number + 1), None)))
                time.sleep(0.1)
            client.sendall(message(1, bytes(4)))
            time.sleep(0.1)
        server.join()


def check_same(one, other):
    for first, second in zip(one, other):
        assert first == second, f"{first}\n{second}"
    assert len(one) == len(other) > 5, (len(one), len(other))


def check_session(program, folder):
    """One of two connections is at fault: it has a file, which tells all that live has told."""
    bad, good, place = free_port(), free_port(), folder / "evidence"
    place.mkdir()
    give_to_anybody(place)
    packets = folder / "packets.pcapng"
    with nginx(folder, good), live(program, folder, f"tcp port {bad} or tcp port {good}", "--port", str(good),
                                   "-w", packets, "--on-finding", "error", "--evidence", place):  # fmt: skip
        wait_until(lambda: listening(good), "nginx does not listen")
        bad_connection(bad)
        publish(good)
        wait_until(ended(folder, 2), "the verdicts do not come")
    events = parse((folder / "live.ndjson").read_bytes())
    findings = [event for event in events if event.get("event") == "finding" and event.get("severity") == "error"]
    assert {finding.get("connection") for finding in findings} == {1}, findings
    (file,) = files_in(place)
    match = NAME.fullmatch(file.name)
    assert match and match[1] == findings[0].get("id"), file.name
    status = file.stat()
    assert status.st_mode & 0o777 == 0o640 and status.st_uid == (pwd.getpwnam("nobody").pw_uid), status
    uid = findings[0].get("uid")
    check_same(of_connection(program.events(file), uid), of_connection(events, uid))
    check_same(of_connection(program.events(packets), uid), of_connection(events, uid))
    comments = comments_of(file)
    assert all(f"[{finding.get('id')}]" in comments for finding in findings), comments
    assert findings[0].get("text").encode() in file.read_bytes()[:1000], "the file's own comment"


def check_newest(program, folder):
    """No more files than are asked for; the oldest go."""
    port, place = free_port(), folder / "evidence"
    place.mkdir()
    give_to_anybody(place)
    with live(program, folder, f"tcp port {port}", "--on-finding", "error", "--evidence", place,
              "--evidence-files", "2"):  # fmt: skip
        for _ in range(4):
            bad_connection(port)
        wait_until(ended(folder, 4), "the verdicts do not come")
    events = parse((folder / "live.ndjson").read_bytes())
    uids = [event.get("uid") for event in events if event.get("event") == "connection_close"]
    assert {file.name.split("-")[1] for file in files_in(place)} == set(uids[-2:])


def check_last_seconds(program, folder):
    """With --evidence-seconds, what was long before is not in the file."""
    port, place = free_port(), folder / "evidence"
    place.mkdir()
    give_to_anybody(place)
    with live(program, folder, f"tcp port {port}", "--on-finding", "error", "--evidence", place,
              "--evidence-seconds", "2"):  # fmt: skip
        bad_connection(port, 6)
        wait_until(ended(folder, 1), "the verdict does not come")
    events = parse((folder / "live.ndjson").read_bytes())
    (file, *_) = files_in(place)
    in_file = program.events(file)
    assert 0 < in_file[-1].get("packets") < events[-1].get("packets") * 0.7, in_file[-1]


def bad_tls_connection(port, pem, keys):
    """The same in TLS. Whoever asks for the keys has them before the bad part."""
    here, there = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.check_hostname, here.verify_mode, here.keylog_filename = False, ssl.CERT_NONE, str(keys)
    there.load_cert_chain(pem)
    bad_connection(port, 1, lambda listener: there.wrap_socket(listener, server_side=True), here.wrap_socket)


def streams_in_clear(path):
    """What Wireshark makes of the TLS session, in hexadecimal digits."""
    command = [shutil.which("tshark"), "-r", path, "-q", "-z", "follow,tls,raw,0"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines_of_keys(keys):
    """Those that decrypt, by client random."""
    lines = {}
    for line in keys.read_text().splitlines():
        if not line.startswith(("#", "EXPORTER_SECRET")):  # which no reader of packets needs
            lines.setdefault(line.split()[1], set()).add(line)
    return lines


def check_secrets(program, folder):
    """With --evidence-secrets a file has the keys of its own session, and needs no others; without it has none."""
    port, pem = free_port(), write_certificate(folder)
    for asked in (True, False):
        place = folder / f"asked-{asked}"
        (place / "evidence").mkdir(parents=True)
        keys = place / "keys.txt"
        keys.touch()
        for path in (place, place / "evidence"):
            give_to_anybody(path)
        with live(program, place, f"tcp port {port}", "--keys", keys, "--on-finding", "error", "--evidence",
                  place / "evidence", *(("--evidence-secrets",) if asked else ())):  # fmt: skip
            bad_tls_connection(port, pem, keys)
            bad_tls_connection(port, pem, keys)
            wait_until(ended(place, 2), "the verdicts do not come")
        events, known, found = parse((place / "live.ndjson").read_bytes()), lines_of_keys(keys), set()
        files = files_in(place / "evidence")
        assert len(files) == 2 == len(known), (files, known)
        for file in files:
            content = file.read_bytes()
            inside = {random for random, lines in known.items() if any(line.encode() in content for line in lines)}
            found |= inside
            assert len(inside) == asked, (file, inside)
            assert all(line.encode() in content for random in inside for line in known[random]), file
            assert (b"dance".hex() in streams_in_clear(file)) == asked, file
            uid = next(event.get("uid") for event in events if event.get("uid", "?") in file.name)
            if asked:
                check_same(of_connection(program.events(file), uid), of_connection(events, uid))
        assert found == (set(known) if asked else set()), found


def check_folder_that_is_not_ours(program, folder):
    """The run goes on without files, and says so once."""
    port, place = free_port(), folder / "evidence"
    place.mkdir(mode=0o755)
    with live(program, folder, f"tcp port {port}", "--on-finding", "error", "--evidence", place):
        bad_connection(port)
        bad_connection(port)
        wait_until(ended(folder, 2), "the verdicts do not come")
    assert not files_in(place)
    assert told(folder).count("Permission denied") == 1, told(folder)


def check_full_disk(program, folder):
    """The file ends with a whole packet, and it is said; once there is room, the next finding has a file."""
    port, place = free_port(), folder / "evidence"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", place]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        print("no file system can be made: a full disk is not tested")
        return
    try:
        (place / "other").write_bytes(bytes(60_000))
        with live(program, folder, f"tcp port {port}", "--on-finding", "error", "--evidence", place):
            bad_connection(port)
            wait_until(ended(folder, 1), "the verdict does not come")
            wait_until(lambda: "No space left" in told(folder) or bad_connection(port), "nobody says it")
            (place / "other").unlink()
            before = set(files_in(place))
            wait_until(lambda: bad_connection(port) or set(files_in(place)) - before, "no file comes any more")
        files = files_in(place)
        assert len(files) > len(before) > 0, files
        for file in files:
            result = program.run("analyze", "--format", "ndjson", file)
            assert result.returncode == (0 if file.stat().st_size else 3), (file, result)
    finally:
        subprocess.run(["umount", place], check=True)


def check_complaints(program, folder):
    for options, code, text in ((("--on-finding", "error"), 2, "--evidence"),
                                (("--evidence", folder), 2, "--on-finding"),
                                (("--evidence-secrets", "--on-finding", "error", "--evidence", folder), 2, "--keys"),
                                (("--on-finding", "bad", "--evidence", folder), 2, "bad"),
                                (("--on-finding", "note", "--evidence", folder / "away"), 4, "away")):  # fmt: skip
        result = program.run("live", "-i", "lo", *options, timeout=PATIENCE)
        assert result.returncode == code and text in result.stderr.decode(), (options, result)


def main():
    program = Program(sys.argv[1])
    for check in (check_session, check_newest, check_last_seconds, check_secrets, check_folder_that_is_not_ours,
                  check_full_disk, check_complaints):  # fmt: skip
        with tempfile.TemporaryDirectory() as name:
            os.chmod(name, 0o777)
            check(program, Path(name))


if __name__ == "__main__":
    main()
