"""Writes seeds for tests/fuzz/tls_layer.cpp: sessions of several kinds, some with gaps or from mid-stream on.

    write_corpus.py FOLDER
"""

import ssl
import struct
import sys
from pathlib import Path

import carried
from session import CLIENT, ETHERNET
from tls_session import TlsSession

HEADERS = len(ETHERNET) + 40
MOST_CONTENT = 5  # pieces of the sample


def content(packet):
    """(1: to the client, payload)"""
    return int(packet.data[HEADERS - 20 : HEADERS - 18] == b"\x07\x8f"), packet.data[HEADERS:]


def session_of(version, prepare=None, updates=False):
    session = TlsSession(version=version, prepare=prepare)
    assert session.handshake_tls()
    for number, (direction, data) in enumerate(carried.conversation(carried.SAMPLE)[:MOST_CONTENT]):
        if updates and number % 2 == 1:
            carried.update_keys(session, CLIENT)
        session.write(direction, data)
    session.close_tls()
    return session


def seed(session, first=0, lost=()):
    log = Path(session.key_log.name).read_bytes()
    out = struct.pack(">BH", int(first > 0), len(log)) + log
    payloads = [content(packet) for packet in session.packets if len(packet.data) > HEADERS]
    for number, (way, payload) in enumerate(payloads[first:]):
        if number in lost:
            out += struct.pack(">BH", way | 2, len(payload))
        else:
            out += struct.pack(">BH", way, len(payload)) + payload
    return out


def main():
    def cbc(*contexts):
        for context in contexts:
            context.set_ciphers("ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")

    newest = session_of(ssl.TLSVersion.TLSv1_3, carried.set_1_3_suite("TLS_AES_128_GCM_SHA256"))
    seeds = {
        "tls_1_3": seed(newest),
        "tls_1_3_lost": seed(newest, lost=(7, 8)),
        "tls_1_3_midstream": seed(newest, first=6),
        "tls_1_3_updates": seed(session_of(ssl.TLSVersion.TLSv1_3, updates=True)),
        "tls_1_2_gcm_lost": seed(session_of(ssl.TLSVersion.TLSv1_2), lost=(6,)),
        "tls_1_2_cbc": seed(session_of(ssl.TLSVersion.TLSv1_2, cbc)),
        "tls_1_0_cbc_lost": seed(session_of(ssl.TLSVersion.TLSv1, cbc), lost=(6,)),
    }
    for name, contents in seeds.items():
        (Path(sys.argv[1]) / name).write_bytes(contents)


if __name__ == "__main__":
    main()
