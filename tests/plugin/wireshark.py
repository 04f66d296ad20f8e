"""Runs tshark with the freshly built plugin and reads its PDML."""

import gc
import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

NOBODY = 65534
# The trees of a capture are a million objects and no cycles: looking for these took more time than all else.
gc.disable()


# By default Wireshark shows no dissector what it takes for a retransmission, also where that fills a gap. With this
# it shows nothing behind a gap that is never filled.
IN_ORDER = ["-o", "tcp.reassemble_out_of_order:TRUE"]


class Tshark:
    """tshark as an ordinary user with a home of its own: Wireshark loads personal plugins for nobody else, and not for
    root.

    `series` is "4.0", the part of the version that the plugin's folder is named after. Without a plugin Wireshark's own
    dissectors are all there is.
    """

    def __init__(self, plugin=None, series=None):
        self.root = Path(tempfile.mkdtemp(prefix="rtmpscope-plugin-"))
        if plugin:
            folder = self.root / ".local/lib/wireshark/plugins" / series / "epan"
            folder.mkdir(parents=True)
            shutil.copy(plugin, folder)
        self.environment = {"HOME": str(self.root), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if "RTMPSCOPE_PRELOAD" in os.environ:
            # What Wireshark itself leaks at its end is not of interest.
            self.environment |= {"LD_PRELOAD": os.environ["RTMPSCOPE_PRELOAD"], "ASAN_OPTIONS": "detect_leaks=0"}
        self.user = []
        if os.geteuid() == 0:
            (self.root / "captures").mkdir()
            for path in [self.root, *self.root.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
            self.user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    def readable(self, capture, name=None):
        """A copy that the ordinary user can read, wherever the project lies. `name`: a file that changes."""
        copy = self.root / "captures" / (name or Path(capture).name)
        copy.parent.mkdir(exist_ok=True)
        if name or not copy.exists():
            shutil.copy(capture, copy)
            copy.chmod(0o644)
        return copy

    def keys(self, capture):
        """Options that give the plugin the keys of a sample which has some in a file beside it."""
        path = Path(capture).with_suffix(".keys")
        return ["-o", f"rtmpscope.key_file:{self.readable(path)}"] if path.exists() else []

    def folder(self, name):
        """An empty folder that tshark can write to."""
        folder = self.root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if self.user:
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def run(self, *arguments, program="tshark"):
        """Output of a program, tshark by default; a failure if it ends with one."""
        return self.run_with_errors(*arguments, program=program)[0]

    def run_with_errors(self, *arguments, check=True, program="tshark"):
        """Output of a program, and what it says on stderr."""
        command = [*self.user, program, *map(str, arguments)]
        result = subprocess.run(command, env=self.environment, cwd=self.root, capture_output=True, check=False,
                                stdin=subprocess.DEVNULL, timeout=600)
        if check and result.returncode != 0:
            said = result.stderr.decode(errors="replace")[-2000:]
            raise AssertionError(f"{' '.join(command)}: exit code {result.returncode}\n{said}")
        return result.stdout, result.stderr

    def dissect(self, capture, *arguments):
        """Packets with at least one rtmpscope layer: [(frame, [layer])]. A layer is an element tree."""
        output = self.run("-n", "-r", self.readable(capture), "-T", "pdml", "-J", "frame rtmpscope",
                          "-Y", "rtmpscope", *arguments)
        packets = []
        for packet in xml.fromstring(output).iter("packet"):
            number = int(packet.find(".//field[@name='frame.number']").get("show"))
            packets.append((number, packet.findall("proto[@name='rtmpscope']")))
        return packets


def show(parent, name):
    """The value of a field below `parent`, as tshark shows it; None if there is none."""
    field = parent.find(f".//field[@name='rtmpscope.{name}']")
    return None if field is None else field.get("show")
