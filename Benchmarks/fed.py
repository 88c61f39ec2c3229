"""The daemon with the spot quotes of one symbol from `sender`, as fast as it takes them or on a fixed schedule."""
import json
import subprocess
import time

from simulated import Client, Processes
from turns import PORT, run, wait

SENDER, LISTEN = PORT, PORT + 1


def cpu_seconds(pid):
    """Of all threads of another process, to the nanosecond: the clock that clock_getcpuclockid(3) names."""
    return time.clock_gettime((~pid << 3) | 2)


class Schedule:
    """What one connection brings: so many frames, so many in a write, and how many a second where that is fixed."""

    def __init__(self, frames, block=1, rate=None, certificates=None):
        self.frames, self.block, self.rate, self.certificates = int(frames), block, rate, certificates

    def fewer(self, by):
        """The same for a peer that is slower; on a fixed schedule there is no need."""
        return self if self.rate else Schedule(self.frames // by, self.block, None, self.certificates)

    def sender(self, programs, *more):
        command = [programs.floors["sender"], SENDER, self.frames, "-b", self.block, "-t", 30, *more]
        if self.rate:
            command += ["-r", self.rate]
        if self.certificates:
            command += ["-C", f"{self.certificates}/c.pem", "-K", f"{self.certificates}/k.pem"]
        return subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def read_by(self, programs, command):
        """What a client prints that reads all of it."""
        sender = self.sender(programs)
        try:
            return next(iter(run(command, timeout=120).values()))
        finally:
            sender.kill()
            sender.wait()


class Fed(Processes):
    """`arb1d` with Binance's stream at the sender; the catalogue, and the other leg of a pair, are simulated."""

    def __init__(self, programs, schedule):
        self.programs, self.schedule = programs, schedule

    def begin(self):
        binaries = self.programs.options.daemon.resolve()
        self.start(binaries / "exchange-sim", "--venues", "binance,bybit", "--rate", "1", "--ports-file", "ports.json")
        ports = wait(self.ports)
        scheme, extra = "ws", ""
        if self.schedule.certificates:
            scheme, extra = "wss", f", ca_file: '{self.schedule.certificates}/c.pem'"
        (self.path / "arb1d.yaml").write_text(
            f"listen: 127.0.0.1:{LISTEN}\ndiscovery: {{symbols: [BTCUSDT]}}\nvenues:\n"
            f"  binance: {{rest: 'http://127.0.0.1:{ports['binance']}', "
            f"websocket: '{scheme}://localhost:{SENDER}'{extra}}}\n"
            f"  bybit: {{rest: 'http://127.0.0.1:{ports['bybit']}', websocket: 'ws://127.0.0.1:{ports['bybit']}'}}\n")
        # Before the sender is there, nothing of Binance can come: so what the daemon does to get up is not counted.
        self.daemon = self.start(binaries / "arb1d", "run", "--config", "arb1d.yaml")
        wait(lambda: self.metric('arb1d_feed_subscriptions{venue="bybit",state="live"}') == 1)

    def ports(self):
        file = self.path / "ports.json"
        return json.loads(file.read_text()) if file.exists() and file.stat().st_size else None

    def metric(self, name):
        lines = Client(LISTEN).samples()
        return sum(float(line.rsplit(b" ", 1)[1]) for line in lines if line.startswith(name.encode()))

    def read_all(self, meanwhile=None):
        """CPU in us a quote, from before the connection to the last cell; every quote gave two spreads.

        `meanwhile` is called while the sender sends."""
        spreads = "arb1d_spread_evaluations_total{"
        known = self.metric(spreads)
        sender = self.schedule.sender(self.programs)
        before = cpu_seconds(self.daemon.pid)
        try:
            if meanwhile:
                meanwhile(self.daemon.pid)
            sender.wait(timeout=180)
            wait(lambda: self.metric(spreads) - known >= 2 * self.schedule.frames)
        finally:
            sender.kill()
            sender.wait()
        taken = cpu_seconds(self.daemon.pid) - before
        frames = self.metric('arb1d_feed_frames_total{venue="binance"}')
        assert frames == self.schedule.frames, f"{frames:.0f} frames came"
        assert self.metric("arb1d_channel_dropped_total{") == 0, "quotes were displaced"
        return taken / frames * 1e6
