"""What a live run may still do once it captures: nothing but what it needs, in all of its threads.

    sandbox_test.py PROGRAM BREAK_OUT

/proc tells who it is and what it may do; the library BREAK_OUT (break_out.cpp) is loaded into it and tries to get out.
Exits with 77 (skipped) where the test is not root, or listening is not allowed.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from live_run import SKIPPED, commands_in, give_to_anybody, start, statuses, wait_for_listening, wait_until_confined
from live_socket import may_listen
from program import Program, parse
from rtmp_talk import connection
from server import PATIENCE, free_port, running, wait_until

NOBODY = pwd.getpwnam("nobody")
NONE = "0000000000000000"
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapAmb")
REFUSED = {"EPERM", "EACCES", "ENOSYS"}
ATTEMPTS = 23
# What the library can do where nothing is confined, so that the other test is one.
DONE_OTHERWISE = {"open", "make_file", "tcp_socket", "connect", "packet_socket", "fork", "make_executable", "bpf"}


def check_status(process, threads, by_root=True):
    """No thread has anything of root's."""
    wait_until_confined(process)
    wait_until(lambda: len(list(statuses(process))) == threads, f"there are not {threads} threads")
    for status in statuses(process):
        assert status["Uid"].split() == 4 * [str(NOBODY.pw_uid)], status["Uid"]
        assert status["Gid"].split() == 4 * [str(NOBODY.pw_gid)], status["Gid"]
        assert status["Groups"] == "", status["Groups"]
        assert status["NoNewPrivs"] == "1"
        assert all(status[name] == NONE for name in CAPABILITIES), status
        # Only root can empty this set, which counts for programs that are started later.
        assert status["CapBnd"] == NONE or not by_root


def check_session(program, folder, jobs, output_format):
    """A whole run as nobody: events as they come, a file that is rotated, and a clean end."""
    port = free_port()
    output, context = start(program, folder, port, "--format", output_format, "--jobs", str(jobs))
    moved = folder / "moved"
    with context as live:
        wait_for_listening(live, folder)
        check_status(live, jobs + 1)  # one captures
        connection(port, ["first"])
        wait_until(lambda: "first" in output.read_text(), "the first event does not come")
        assert output.stat().st_uid == NOBODY.pw_uid
        output.rename(moved)
        live.send_signal(signal.SIGHUP)
        connection(port, ["second"])
        wait_until(lambda: output.exists() and "second" in output.read_text(), "no event after SIGHUP")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, (folder / "errors").read_text()
    if output_format == "ndjson":
        assert parse(output.read_bytes())[-1].get("event") == "capture_end"
    else:
        assert "2 RTMP connections" in output.read_text().splitlines()[-1], output.read_text()
    told = (folder / "errors").read_text()
    nothing = "0 dropped by the kernel, 0 dropped by the interface, 0 dropped by rtmpscope"
    assert re.fullmatch(rf"\d+ packets captured, {nothing}\n", told), told


def check_rotation_that_is_not_allowed(program, folder):
    """The folder is not nobody's: the run goes on in the old file, and says so."""
    port = free_port()
    output, context = start(program, folder, port, "--format", "ndjson")
    moved = folder / "moved"
    with context as live:
        wait_for_listening(live, folder)
        wait_until_confined(live)
        folder.chmod(0o755)
        output.rename(moved)
        live.send_signal(signal.SIGHUP)
        connection(port, ["first"])
        wait_until(lambda: commands_in(moved) == ["first"], "nothing is written any more")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0
    assert "live.ndjson: it cannot be opened anew: Permission denied" in (folder / "errors").read_text()


def attempts(program, library, folder, *options):
    """What becomes of each attempt, by its name."""
    port, elsewhere = free_port(), folder / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    (elsewhere / "there").touch()
    with socket.socket() as inherited:
        environment = {**os.environ, "LD_PRELOAD": library, "BREAK_OUT_FOLDER": str(elsewhere),
                       "BREAK_OUT_SOCKET": str(inherited.fileno())}  # fmt: skip
        (folder / "output").mkdir()
        give_to_anybody(folder / "output")
        _, context = start(program, folder / "output", port, *options, env=environment, pass_fds=[inherited.fileno()])
        with context as live:
            told = folder / "output" / "errors"
            wait_for_listening(live, folder / "output")
            if "--no-sandbox" not in options:
                wait_until_confined(live)
            connection(port, ["first"])
            live.send_signal(signal.SIGUSR2)
            wait_until(lambda: "attempt end" in told.read_text(), "the attempts do not end")
            connection(port, ["second"])
            live.send_signal(signal.SIGTERM)
            assert live.wait(PATIENCE) == 0, told.read_text()
    results = re.findall(r"^attempt (\w+) (\w+)$", told.read_text(), re.M)
    assert (elsewhere / "made").exists() == (("make_file", "done") in results)
    return dict(results[:-1])


def check_attempts(program, library, folder):
    for jobs in ("1", "3"):
        refused = attempts(program, library, folder / jobs, "--jobs", jobs)
        out = {name: result for name, result in refused.items() if result not in REFUSED}
        assert not out, out
        assert len(refused) == ATTEMPTS, refused
    done = attempts(program, library, folder / "free", "--no-sandbox")
    missing = {name: done.get(name) for name in DONE_OTHERWISE if done.get(name) != "done"}
    assert not missing, f"without the sandbox, too: {missing}"
    print(f"{ATTEMPTS} attempts, all refused; without the sandbox {list(done.values()).count('done')} of them succeed")


def as_nobody(*command):
    return ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups", *command]


def check_permission(program, folder):
    """Without the capability the message has the command that gives it; that command helps."""
    mine = folder / "rtmpscope"
    shutil.copy(program.path, mine)
    mine.chmod(0o755)
    refused = subprocess.run(as_nobody(mine, *"live -i lo".split()), capture_output=True, text=True, check=False)
    assert refused.returncode == 3, refused
    command = re.search(r"(setcap \S+ \S+)$", refused.stderr.strip())
    assert command and str(mine) in command[1], refused.stderr
    subprocess.run(command[1].split(), check=True, env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    port, errors = free_port(), folder / "errors"
    command = as_nobody(mine, "live", "-i", "lo", "-f", f"tcp port {port}", "-o", folder / "live.ndjson", "--format",
                        "ndjson")  # fmt: skip
    with open(errors, "wb") as stream, running(command, stderr=stream) as live:
        wait_for_listening(live, folder)
        check_status(live, 2, by_root=False)
        connection(port, ["first"])
        wait_until(lambda: commands_in(folder / "live.ndjson") == ["first"], "the event does not come")
        live.send_signal(signal.SIGTERM)
        assert live.wait(PATIENCE) == 0, errors.read_text()


def check_users(program):
    """Another user; one that there is not; and one that nobody can become."""
    unknown = program.run("live", "-i", "lo", "--user", "no-such-user")
    assert (unknown.returncode, unknown.stderr) == (2, b"rtmpscope: there is no user no-such-user\n"), unknown


def main():
    program, library = Program(Path(sys.argv[1]).resolve()), sys.argv[2]
    if os.geteuid() != 0 or not may_listen():
        print("only root can give up what root has")
        sys.exit(SKIPPED)
    checks = [lambda folder: check_attempts(program, library, folder), lambda folder: check_permission(program, folder),
              lambda _: check_users(program),
              lambda folder: check_rotation_that_is_not_allowed(program, folder)]  # fmt: skip
    for jobs, output_format in ((1, "text"), (1, "ndjson"), (2, "ndjson"), (4, "text")):
        checks.append(lambda folder, j=jobs, f=output_format: check_session(program, folder, j, f))
    for check in checks:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            give_to_anybody(folder)
            for part in ("1", "3", "free"):
                (folder / part).mkdir()
                give_to_anybody(folder / part)
            check(folder)
    print("a live run keeps nothing that it does not need")


if __name__ == "__main__":
    main()
