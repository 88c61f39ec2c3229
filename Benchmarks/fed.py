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


class Displaced(AssertionError):
    """The engine did not have its core: what was measured is not the whole way of each quote."""


class Schedule:
    """What one connection brings: so many frames, so many in a write, and how many a second where that is fixed.

    As fast as they are taken they come in bursts of 25,000 with a pause behind each: sender, feed and engine share two
    cores, and the channel between the last two holds 100,000 and displaces the oldest quotes for what is beyond."""

    BURST = 25_000

    def __init__(self, frames, block=1, rate=None, certificates=None):
        self.frames, self.block, self.rate, self.certificates = int(frames), block, rate, certificates

    def fewer(self, by):
        """The same for a peer that is slower; on a fixed schedule there is no need."""
        return self if self.rate else Schedule(self.frames // by, self.block, None, self.certificates)

    def sender(self, programs, *more):
        command = [programs.floors["sender"], SENDER, self.frames, "-b", self.block, "-t", 30, *more]
        command += ["-r", self.rate] if self.rate else ["-p", self.BURST]
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
        return self.metrics(name)[0]

    def metrics(self, *names):
        """The sums of the samples that begin with each name, all of one scrape."""
        sums = [0.0] * len(names)
        for line in Client(LISTEN).samples():
            for index, name in enumerate(names):
                if line.startswith(name.encode()):
                    sums[index] += float(line.rsplit(b" ", 1)[1])
        return sums

    def ledger(self):
        """What became of the frames, by the daemon's own counts."""
        names = {
            "frames": 'arb1d_feed_frames_total{venue="binance"}',
            "rejected": 'arb1d_feed_events_rejected_total{venue="binance"',
            "displaced": "arb1d_channel_dropped_total{",
            "evaluations": "arb1d_spread_evaluations_total{",
            "without a spread": "arb1d_spread_missing_total{",
            "residual": "arb1d_flow_residual{",
        }
        return dict(zip(names, self.metrics(*names.values())))

    def read_all(self, meanwhile=None):
        """CPU in us a quote, from before the connection to the last cell; every quote gave two spreads.

        `meanwhile` is called while the sender sends. A quote that a full channel displaced gave none, so the run fails."""
        before, begun = self.ledger(), cpu_seconds(self.daemon.pid)
        sender = self.schedule.sender(self.programs)
        try:
            if meanwhile:
                meanwhile(self.daemon.pid)
            sender.wait(timeout=180)
            after = self.evaluated(before)
        finally:
            sender.kill()
            sender.wait()
        taken = cpu_seconds(self.daemon.pid) - begun
        self.check(after)
        return taken / self.schedule.frames * 1e6

    def evaluated(self, before):
        """The ledger after the last quote that was not displaced, or after a minute."""
        ledgers = [before]

        def is_done():
            ledgers.append(self.ledger())
            due = self.schedule.frames - ledgers[-1]["displaced"]
            return ledgers[-1]["evaluations"] - before["evaluations"] >= 2 * due

        try:
            wait(is_done)
        except TimeoutError:
            pass
        return {name: count - before[name] for name, count in ledgers[-1].items()}

    def check(self, ledger):
        # What comes of the other venue meanwhile is evaluated as well: there may be more.
        quotes, spreads = self.schedule.frames, ledger["evaluations"] - ledger["without a spread"]
        is_whole = ledger["frames"] == quotes and spreads >= 2 * quotes
        counts = ", ".join(f"{name} {count:.0f}" for name, count in ledger.items())
        account = f"{quotes} quotes were to give two spreads each; what the daemon counted: {counts}"
        if ledger["displaced"] and ledger["frames"] == quotes and not ledger["rejected"] and not ledger["residual"]:
            raise Displaced(f"{account}; a full channel displaces the oldest")
        assert is_whole and not ledger["residual"], account
