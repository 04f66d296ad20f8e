"""AES-128 in CBC mode with an IV of zeros, as RTMFP uses it (FIPS 197; RFC 7425, section 4.5). Slow and plain."""


def _multiply(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _make_boxes():
    box = []
    for value in range(256):
        inverse = next((x for x in range(256) if _multiply(value, x) == 1), 0)
        result = 0x63
        for shift in range(5):
            result ^= (inverse << shift | inverse >> (8 - shift)) & 0xFF
        box.append(result)
    inverse_box = [0] * 256
    for value, result in enumerate(box):
        inverse_box[result] = value
    return bytes(box), bytes(inverse_box)


BOX, INVERSE_BOX = _make_boxes()
BY = {factor: bytes(_multiply(value, factor) for value in range(256)) for factor in (2, 3, 9, 11, 13, 14)}
# Where the byte of each place comes from when rows are shifted; bytes go down the columns.
SHIFTED = [(place + 4 * (place % 4)) % 16 for place in range(16)]
SHIFTED_BACK = [(place - 4 * (place % 4)) % 16 for place in range(16)]


def _mix(state, factors):
    mixed = bytearray(16)
    for place in range(16):
        column, row = place - place % 4, place % 4
        for index in range(4):
            value = state[column + (row + index) % 4]
            mixed[place] ^= value if factors[index] == 1 else BY[factors[index]][value]
    return mixed


def _add(state, key):
    return bytes(a ^ b for a, b in zip(state, key))


class Aes128:
    def __init__(self, key):
        words, constant = [key[at : at + 4] for at in range(0, 16, 4)], 1
        for number in range(4, 44):
            word = words[-1]
            if number % 4 == 0:
                word = bytes(BOX[byte] for byte in word[1:] + word[:1])
                word = bytes([word[0] ^ constant]) + word[1:]
                constant = _multiply(constant, 2)
            words.append(_add(word, words[number - 4]))
        self.keys = [b"".join(words[at : at + 4]) for at in range(0, 44, 4)]

    def _decrypt_block(self, block):
        state = _add(block, self.keys[10])
        for number in range(9, -1, -1):
            state = _add([INVERSE_BOX[state[place]] for place in SHIFTED_BACK], self.keys[number])
            if number:
                state = _mix(state, (14, 11, 13, 9))
        return bytes(state)

    def _encrypt_block(self, block):
        state = _add(block, self.keys[0])
        for number in range(1, 11):
            state = [BOX[state[place]] for place in SHIFTED]
            if number < 10:
                state = _mix(state, (2, 3, 1, 1))
            state = _add(state, self.keys[number])
        return bytes(state)

    def decrypt(self, data):
        """CBC; `data` is a whole number of blocks."""
        before, plain = bytes(16), b""
        for at in range(0, len(data), 16):
            block = data[at : at + 16]
            plain += _add(self._decrypt_block(block), before)
            before = block
        return plain

    def encrypt(self, data):
        block, result = bytes(16), b""
        for at in range(0, len(data), 16):
            block = self._encrypt_block(_add(data[at : at + 16], block))
            result += block
        return result
