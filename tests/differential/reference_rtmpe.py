"""A slow reading of RTMPE that is meant to be obviously right: the byte streams of a connection and a line of a key
file in, the byte streams without encryption out. No document defines RTMPE: what librtmp (handshake.h) and FFmpeg
(rtmpcrypt.c) do.
"""

import hmac

BLOCK = 1536
HANDSHAKE = 1 + 2 * BLOCK
CLIENT_KEY, SERVER_KEY = b"Genuine Adobe Flash Player 001", b"Genuine Adobe Flash Media Server 001"
VERSIONS = (6, 8, 9)


def is_rtmpe(stream):
    return stream.to_client[:1] and stream.to_client[0] in VERSIONS and len(stream.to_server) >= HANDSHAKE


def secrets(path):
    """The shared secrets of a key file."""
    found = []
    for line in path.read_text().splitlines():
        words = line.split()
        if words[:1] == ["RTMPE_SHARED_SECRET"]:
            found.append(bytes.fromhex(words[1]))
    return found


def public_key(block, key):
    """The Diffie-Hellman key in C1 or S1: its place follows from that half of the block that has a valid digest."""
    for digest_field, key_field, key_half in ((772, 768, 8), (8, 1532, 772)):
        at = digest_field + 4 + sum(block[digest_field : digest_field + 4]) % 728
        digest = hmac.digest(key, block[:at] + block[at + 32 :], "sha256")
        if digest == block[at : at + 32]:
            place = key_half + sum(block[key_field : key_field + 4]) % 632
            return block[place : place + 128]
    raise ValueError("no valid digest")


def rc4(key, data):
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def deciphered(data, secret, peers_key):
    """One direction: the handshake is in clear, and the key stream of one block is thrown away."""
    key = hmac.digest(secret, peers_key, "sha256")[:16]
    return data[:HANDSHAKE] + rc4(key, bytes(BLOCK) + data[HANDSHAKE:])[BLOCK:]


def decrypted(stream, known_secrets):
    """With the secret whose first message is one; None if there is none."""
    client = public_key(stream.to_server[1 : 1 + BLOCK], CLIENT_KEY)
    server = public_key(stream.to_client[1 : 1 + BLOCK], SERVER_KEY)
    for secret in known_secrets:
        to_server = deciphered(stream.to_server, secret, server)
        if b"connect" in to_server[HANDSHAKE : HANDSHAKE + 64]:
            return stream._replace(to_server=to_server, to_client=deciphered(stream.to_client, secret, client))
    return None
