"""The RTMP messages that tshark's own dissector finds, read from its PDML output."""

import struct
import subprocess
import xml.etree.ElementTree as xml
from collections import defaultdict
from functools import cache

# What the dissector calls a property, and how its "show" text reads. Types 1 to 3 of chunk headers lack some of them,
# since it shows only what is in the header itself.
FIELDS = {
    "rtmpt.header.csid": ("chunk_stream_id", int),
    "rtmpt.header.typeid": ("type_id", lambda text: int(text, 16)),
    "rtmpt.header.streamid": ("message_stream_id", int),
    "rtmpt.header.timestamp": ("timestamp", int),
    "rtmpt.header.ets": ("extended_timestamp", int),
    "rtmpt.header.bodysize": ("length", int),
}
SCALARS = {
    "amf.string": bytes.decode,
    "amf.longstring": bytes.decode,
    "amf.number": lambda data: struct.unpack(">d", data)[0],
    "amf.boolean": lambda data: data != b"\0",
}


def dissect(capture, ports):
    """{(tcp stream, source port): [message]}; a message is a dictionary of the names above and "scalars", the AMF names
    and values in wire order."""
    command = ["tshark", "-n", "-r", str(capture), "-T", "pdml", "-J", "tcp rtmpt", "-Y", "rtmpt"]
    if has_preference("rtmpt.max_packet_size"):
        command += ["-o", "rtmpt.max_packet_size:16777215"]  # else bigger messages lose it the chunk borders
    command += ["-o", "tcp.reassemble_out_of_order:TRUE"]  # else segments out of order do
    for port in ports:
        command += ["-d", f"tcp.port=={port},rtmpt"]
    found = defaultdict(list)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tshark:
        for _, packet in xml.iterparse(tshark.stdout):
            if packet.tag == "packet":
                messages = [read_message(layer) for layer in packet.iter("proto") if is_message(layer)]
                found[tcp_stream(packet)] += messages
                packet.clear()
    return found


@cache
def has_preference(name):
    """Newer versions refuse preferences that they do not need any more."""
    command = ["tshark", "-G", "defaultprefs"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return f"#{name}:".encode() in listing.stdout


def is_message(layer):
    return layer.get("name") == "rtmpt" and layer.find(".//field[@name='rtmpt.header.format']") is not None


def tcp_stream(packet):
    values = {field.get("name"): field.get("show") for field in packet.iterfind("proto[@name='tcp']/field")}
    return int(values["tcp.stream"]), int(values["tcp.srcport"])


def read_message(layer):
    message = {"scalars": []}
    for item in layer.iter("field"):
        name = item.get("name")
        if name in FIELDS:
            key, convert = FIELDS[name]
            message[key] = convert(item.get("show"))
        elif name in SCALARS:
            message["scalars"].append(SCALARS[name](bytes.fromhex(item.get("value", ""))))
    if message.get("timestamp") == 0xFFFFFF:  # it shows the field as it is
        message["timestamp"] = message["extended_timestamp"]
    message.pop("extended_timestamp", None)
    return message
