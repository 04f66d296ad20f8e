"""Hosts for the sessions: network namespaces without names, which end with the processes that live in them.

A session's own process runs in a namespace of its own (`command_in_namespace`), where it is process 1: what it has
started ends with it, whatever happens. Two more hosts, "client" and "server", are joined through it (`TwoHosts`): what
goes between them passes the session's process, which is the device in between (see between.py).
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager

from between import Between
from server import wait_until

CLIENT_ADDRESS, SERVER_ADDRESS = "10.20.0.1", "10.20.0.2"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
SIOCETHTOOL = 0x8946
# ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO of linux/ethtool.h
OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)


def tool(name):
    found = shutil.which(name, path=PATH)
    if not found:
        raise FileNotFoundError(f"{name} is not installed (tools/packages.txt)")
    return found


def command_in_namespace(command):
    """The command, so that it runs in a new network and process namespace; as root there."""
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    new = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [tool("unshare"), *as_root, *new, *map(str, command)]


def why_not_possible():
    """Empty, or why this machine has no network namespaces, or no capture in them."""
    probe = command_in_namespace(["sh", "-c", f"{tool('ip')} link set lo up && {tool('dumpcap')} -i lo -L"])
    result = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr.strip() or "no network namespaces"


def configure(*words):
    subprocess.run([tool("ip"), *map(str, words)], check=True)


def turn_off_offloads(interface):
    """Packets as they would be on a wire: with checksums, and none larger than the MTU. Of the calling process's
    namespace."""
    with socket.socket() as any_socket:
        for feature in OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", feature, 0))
            request = struct.pack("16sP16x", interface.encode(), ctypes.addressof(value))
            fcntl.ioctl(any_socket, SIOCETHTOOL, request)


class Host:
    """A namespace that lives as long as a process that sleeps in it. `command` runs there."""

    def __init__(self):
        self._keeper = subprocess.Popen([tool("unshare"), "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{self.pid}/ns/net") != own, "no namespace for a host")

    @property
    def pid(self):
        return self._keeper.pid

    def command(self, words):
        return [tool("nsenter"), f"--net=/proc/{self.pid}/ns/net", *map(str, words)]

    def run(self, *words):
        subprocess.run(self.command(words), check=True)

    def stop(self):
        self._keeper.kill()
        self._keeper.wait()


@contextmanager
def two_hosts():
    """(client, server, the device between them), with the addresses above on interfaces "wire"."""
    client, server = Host(), Host()
    for host, address, here in ((client, CLIENT_ADDRESS, "to_c"), (server, SERVER_ADDRESS, "to_s")):
        configure("link", "add", here, "type", "veth", "peer", "name", "wire", "netns", host.pid)
        configure("link", "set", here, "up")
        host.run(tool("ip"), "address", "add", f"{address}/24", "dev", "wire")
        for interface in ("lo", "wire"):
            host.run(tool("ip"), "link", "set", interface, "up")
        turn_off_offloads(here)
        host.run(sys.executable, __file__, "wire")
        # The only one that a namespace may choose on every machine; and one that loss slows down.
        host.run("sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control")
    between = Between("to_c", "to_s")
    between.start()
    try:
        yield client, server, between
    finally:
        between.stop()
        client.stop()
        server.stop()


if __name__ == "__main__":
    turn_off_offloads(sys.argv[1])
