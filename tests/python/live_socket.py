"""Packet sockets: who may have one, and who listens with one."""

import os
import socket
from pathlib import Path


def may_listen():
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    except PermissionError:
        return False
    return True


def sniffing(process):
    """Whether the process has a packet socket that is bound and running (see /proc/PID/net/packet in proc(5))."""
    sockets = set()
    for descriptor in Path(f"/proc/{process.pid}/fd").glob("*"):
        try:
            sockets.add(os.readlink(descriptor))
        except FileNotFoundError:  # closed meanwhile
            pass
    columns = (line.split() for line in Path(f"/proc/{process.pid}/net/packet").read_text().splitlines()[1:])
    return any(running == "1" and f"socket:[{inode}]" in sockets for *_, running, _, _, inode in columns)
