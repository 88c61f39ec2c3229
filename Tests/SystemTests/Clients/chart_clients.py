"""Clients of the chart feed: what to do comes as lines of JSON, and what happens goes out as such, all by name.

Readers use the library `websockets`; raw clients are bare sockets, free to break every rule. Numbers in messages are
handed on as text, with exactly the digits that came.
"""

import asyncio
import base64
import itertools
import json
import os
import socket
import sys
from urllib.parse import urlsplit

import websockets

# Far beyond what a busy machine takes: a time-out here would look like a fault of the daemon.
PATIENCE = 180


def tell(name, event, **more):
    print(json.dumps({"client": name, "event": event, **more}), flush=True)


class Reader:
    """A well-behaved client: reads all that comes, at once.

    With `segment`, in bytes, the daemon's system buffers for it as little as for one beyond a network.
    """

    def __init__(self, name, segment=None):
        self.name = name
        self.segment = segment

    def socket(self, url):
        connection = socket.socket()
        if self.segment is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, self.segment)
        connection.connect((urlsplit(url).hostname, urlsplit(url).port))
        return connection

    async def connect(self, url, origin):
        try:
            self.feed = await websockets.connect(
                url,
                sock=self.socket(url),
                origin=origin,
                max_size=None,
                max_queue=None,
                open_timeout=PATIENCE,
                ping_interval=1,
                ping_timeout=PATIENCE,
            )
        except websockets.InvalidStatusCode as refusal:
            return tell(self.name, "refused", code=refusal.status_code)
        tell(self.name, "open")
        self.reading = asyncio.create_task(self.read())

    async def read(self):
        try:
            async for text in self.feed:
                tell(self.name, "message", message=json.loads(text, parse_float=str, parse_int=str))
        except websockets.ConnectionClosed:
            pass
        tell(self.name, "closed", code=self.feed.close_code)

    async def text(self, text):
        await self.feed.send(text)

    async def binary(self, count):
        await self.feed.send(bytes(count))

    async def close(self):
        await self.feed.close()


class Raw:
    """A bare socket with a small receive buffer, which is read only after `listen`."""

    def __init__(self, name):
        self.name = name
        self.loop = asyncio.get_running_loop()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    async def connect(self, url, origin):
        url = urlsplit(url)
        await self.loop.sock_connect(self.socket, (url.hostname, url.port))
        lines = [
            f"GET {url.path}?{url.query} HTTP/1.1",
            f"Host: {url.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        ]
        if origin is not None:
            lines.append(f"Origin: {origin}")
        await self.send("\r\n".join(lines + ["", ""]).encode())
        head = b""
        # Byte by byte, so that nothing is read of what follows.
        while not head.endswith(b"\r\n\r\n"):
            head += await self.loop.sock_recv(self.socket, 1)
        status = int(head.split()[1])
        if status == 101:
            tell(self.name, "open")
        else:
            tell(self.name, "refused", code=status)

    async def send(self, content):
        await self.loop.sock_sendall(self.socket, content)

    async def bytes(self, base64_text):
        await self.send(base64.b64decode(base64_text))

    async def insist(self, text):
        """Subscribes again and again until there is no connection any more."""
        self.insisting = asyncio.create_task(self.repeat(text))

    async def repeat(self, text):
        texts = [text] * 20
        # What is granted at any time: a hundred refusals in a row would end a client that is only slow.
        texts[0] = text.replace('"subscribe"', '"unsubscribe"')
        try:
            for text in itertools.cycle(texts):
                payload = text.encode()
                # The mask is four zeros, which is as good as any.
                await self.send(b"\x81\xfe" + len(payload).to_bytes(2, "big") + bytes(4) + payload)
                await asyncio.sleep(0.1)
        except OSError:
            tell(self.name, "closed")

    async def listen(self):
        self.listening = asyncio.create_task(self.hear())

    async def hear(self):
        heard = b""
        try:
            while more := await self.loop.sock_recv(self.socket, 65536):
                heard += more
        except OSError:
            pass
        # Without subscriptions there are pings, and then the close frame.
        while heard.startswith(b"\x89\x00"):
            heard = heard[2:]
        code = int.from_bytes(heard[2:4], "big") if heard.startswith(b"\x88") else None
        tell(self.name, "closed", code=code)


async def main():
    orders = asyncio.StreamReader(limit=1 << 24)
    protocol = asyncio.StreamReaderProtocol(orders)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    kinds = {"reader": Reader, "far": lambda name: Reader(name, segment=536), "raw": Raw}
    clients = {}
    while line := await orders.readline():
        order = json.loads(line)
        name, verb, argument = order["client"], order["do"], order.get("with")
        if verb in kinds:
            clients[name] = kinds[verb](name)
            await clients[name].connect(argument, order.get("origin"))
            continue
        try:
            await getattr(clients[name], verb)(*([] if argument is None else [argument]))
        except (OSError, websockets.ConnectionClosed):
            # The daemon was faster; that it closed is told by whoever reads.
            pass


asyncio.run(main())
