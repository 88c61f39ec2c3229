"""Writes the seeds of the fuzzers: recorded messages, and for the frames a few in the wire's own form.

usage: seeds.py CAPTURES FOLDER     Below FOLDER come binance, binance-usdm, bybit, gateio and frames.
"""
import hashlib
import pathlib
import sys

MOST_BYTES = 8000
KINDS = {"exchangeInfo": b"i", "Symbols": b"i", "instruments": b"i", "currency_pairs": b"i",
         "Tickers": b"vb", "GetTicker": b"vb", "BookPrice": b"b", "ServerTime": b"t"}


def keep(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def received(log):
    for line in log.read_bytes().split(b"\n"):
        parts = line.split(b" ", 2)
        if len(parts) == 3 and parts[1] == b"<" and len(parts[2]) < MOST_BYTES:
            yield parts[2]


def frame(payload, opcode=1, final=True):
    size = len(payload)
    head = bytes([(128 if final else 0) | opcode])
    if size < 126:
        return head + bytes([size]) + payload
    return head + bytes([126, size >> 8, size & 255]) + payload


def adapters(captures, out):
    for venue, targets in (("binance", ("binance", "binance-usdm")), ("bybit", ("bybit",)), ("gateio", ("gateio",))):
        for path in sorted((captures / venue).iterdir()):
            if "OBSOLETE" in path.name:
                continue
            inputs = []
            if path.suffix == ".log":
                frames = list(received(path))
                step = max(1, len(frames) // 40)
                inputs = [b"f" + one for one in frames[::step]]
                inputs += [b"f" + b"\n".join(frames[at:at + 4]) for at in range(0, len(frames), step * 4)]
            elif path.suffix == ".json":
                body = path.read_bytes()
                for part, kinds in KINDS.items():
                    if part in path.name and len(body) < MOST_BYTES:
                        inputs += [bytes([kind]) + body for kind in kinds]
            for data in inputs:
                if len(data) <= MOST_BYTES:
                    for target in targets:
                        keep(out / target, data)


def frames(captures, out):
    texts = list(received(captures / "binance" / "spot-tardis.log"))[:20]
    pieces = [frame(text) for text in texts] + [
        frame(b"hello", final=False) + frame(b"p", 9) + frame(b" world", 0),
        frame(b"\xe2\x82", final=False) + frame(b"\xac", 0), frame(b"\x01\x02", 2), frame(b"", 10),
        frame(b"\x03\xe8bye", 8), frame(b"", 8), frame(b"x" * 200), bytes([129, 127]) + (70000).to_bytes(8, "big"),
        frame(b"\xff"), frame(b"a", 3), bytes([0xC1, 0]), bytes([0x81, 0x81, 0, 0, 0, 0, 1]), frame(b"y" * 126, 9),
    ]
    for piece in pieces:
        for split in (b"\x00\x00", b"\x02\x05", b"\xff\x10"):
            keep(out / "frames", split + piece)
    keep(out / "frames", b"\x07\x03" + b"".join(pieces[-13:-8]))


if __name__ == "__main__":
    captures, out = map(pathlib.Path, sys.argv[1:3])
    adapters(captures, out)
    frames(captures, out)
