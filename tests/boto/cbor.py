"""A strict CBOR reader for rpc-v2-cbor answers; it knows no more than that protocol allows."""

import struct


class Tagged:
    """A tagged value, so that a moment is not taken for a plain number."""

    def __init__(self, tag, value):
        self.tag = tag
        self.value = value


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("the CBOR ends early")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def length(self, info):
        if info < 24:
            return info
        sizes = {24: (1, ">B"), 25: (2, ">H"), 26: (4, ">I"), 27: (8, ">Q")}
        if info not in sizes:
            raise ValueError(f"length {info} is not allowed")
        size, form = sizes[info]
        return struct.unpack(form, self.take(size))[0]

    def value(self):
        head = self.take(1)[0]
        major, info = head >> 5, head & 31
        if major == 7:
            return self.simple(info)
        if info == 31:
            return self.open_ended(major)
        size = self.length(info)
        if major == 0:
            return size
        if major == 1:
            return -1 - size
        if major == 2:
            return bytes(self.take(size))
        if major == 3:
            return self.take(size).decode("utf-8")
        if major == 4:
            return [self.value() for _ in range(size)]
        if major == 5:
            return self.pairs(size)
        return Tagged(size, self.value())

    def open_ended(self, major):
        items = []
        while self.data[self.at] != 0xFF:
            items.append((self.value(), self.value()) if major == 5 else self.value())
        self.at += 1
        if major == 4:
            return items
        if major == 5:
            return self.unique(items)
        raise ValueError("only lists and maps may be open-ended here")

    def simple(self, info):
        if info in (20, 21):
            return info == 21
        if info == 22:
            return None
        if info == 25:
            return struct.unpack(">e", self.take(2))[0]
        if info == 26:
            return struct.unpack(">f", self.take(4))[0]
        if info == 27:
            return struct.unpack(">d", self.take(8))[0]
        raise ValueError(f"simple value {info} is not allowed")

    def pairs(self, size):
        return self.unique([(self.value(), self.value()) for _ in range(size)])

    @staticmethod
    def unique(items):
        keys = [key for key, _ in items]
        if not all(isinstance(key, str) for key in keys) or len(set(keys)) < len(keys):
            raise ValueError("map keys have to be different texts")
        return dict(items)


def read(data):
    reader = Reader(data)
    value = reader.value()
    if reader.at != len(data):
        raise ValueError("there is something after the CBOR value")
    return value
