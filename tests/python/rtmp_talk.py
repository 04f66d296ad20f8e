"""A client and a server on loopback that talk RTMP as the test says, for live runs."""

import socket
import threading
import time

from rtmp_writer import amf0_values, message

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
