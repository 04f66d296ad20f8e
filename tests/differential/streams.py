"""The byte streams of a capture as tshark's "Follow TCP Stream" and "Follow TLS Stream" put them together."""

import re
import subprocess
from collections import namedtuple

# Endpoints as (address, port); to_server and to_client are all bytes of a direction. The client is who sent first.
Stream = namedtuple("Stream", "client server to_server to_client")

MOST_STREAMS = 64


def tcp_streams(capture, protocol="tcp", arguments=()):
    """One Stream for each TCP stream of the capture, in the order of their first packets. None where bytes are missing.
    With protocol "tls" those that can be decrypted, with the arguments that tshark needs for that."""
    found = numbered_streams(capture, protocol, arguments)
    return [found[number] for number in sorted(found)]


def tls_streams(capture, arguments=()):
    """{number of the TCP stream: Stream of what is inside TLS}. tshark names only one end, the one that is heard first,
    so that the other comes from the TCP stream."""
    plain, found = numbered_streams(capture, "tcp", ()), {}
    for number, stream in numbered_streams(capture, "tls", arguments).items():
        if stream and plain.get(number):
            ends = {plain[number].client, plain[number].server}
            found[number] = stream._replace(server=(ends - {stream.client}).pop())
    return found


def numbered_streams(capture, protocol, arguments):
    command = ["tshark", "-n", "-q", "-r", str(capture), *arguments]
    for number in range(MOST_STREAMS):
        command += ["-z", f"follow,{protocol},raw,{number}"]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    found = {}
    for block in output.split(f"Follow: {protocol},raw\n")[1:]:
        number = int(re.search(r"^Filter: \w+\.stream eq (\d+)", block, re.MULTILINE)[1])  # tls.stream since 4.6
        nodes = re.findall(r"^Node \d: (.*):(\d+)$", block, re.MULTILINE)
        if nodes[0][1] != "0":
            found[number] = read_stream(nodes, block.split("\n", 3)[3])
    return found


def read_stream(nodes, text):
    if "missing in capture file" in text:
        return None
    directions = {"": [], "\t": []}
    for line in text.splitlines():
        if not line.startswith("="):
            directions["\t" if line.startswith("\t") else ""].append(line.strip())
    client, server = ((address.strip("[]"), int(port)) for address, port in nodes)
    return Stream(client, server, *(bytes.fromhex("".join(lines)) for lines in directions.values()))
