"""The rows over a loopback socket: the daemon beside the C reader `wsread`, both fed by `blast`.

Spot quotes of one symbol come from `blast`; the catalogue, and the other venue's quotes to make spreads with, come from
`exchange-sim`. CPU is of the whole process, over the time of one connection of `blast`.
"""
import json
import os
import subprocess
import tempfile
import time
import urllib.request

from turns import run, spread

PORT = 18710


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def metric(base, name):
    with urllib.request.urlopen(base + "/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


class Daemon:
    """`arb1d` with Binance's stream at `blast` and all else at `exchange-sim`; ends with the block."""

    def __init__(self, programs, stream):
        self.folder = tempfile.TemporaryDirectory()
        self.base = f"http://127.0.0.1:{PORT + 1}"
        self.simulator = self.start(programs.options.daemon / "exchange-sim", "--venues", "binance,bybit", "--rate", "1",
                                    "--ports-file", "ports.json")
        ports = json.loads(self.wait_for_file("ports.json"))
        binance, bybit = ports["binance"], ports["bybit"]
        with open(f"{self.folder.name}/arb1d.yaml", "w", encoding="utf-8") as file:
            file.write(f"listen: 127.0.0.1:{PORT + 1}\ndiscovery: {{symbols: [BTCUSDT]}}\nvenues:\n"
                       f"  binance: {{rest: 'http://127.0.0.1:{binance}', {stream}}}\n"
                       f"  bybit: {{rest: 'http://127.0.0.1:{bybit}', websocket: 'ws://127.0.0.1:{bybit}'}}\n")
        self.daemon = self.start(programs.options.daemon / "arb1d", "run", "--config", "arb1d.yaml")

    def start(self, program, *arguments):
        log = open(f"{self.folder.name}/{program.name}.log", "wb")
        return subprocess.Popen([str(program.resolve()), *arguments], cwd=self.folder.name, stdout=log, stderr=log)

    def wait_for_file(self, name):
        path = f"{self.folder.name}/{name}"
        wait(lambda: os.path.exists(path) and os.path.getsize(path) > 0)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def frames(self):
        return metric(self.base, 'arb1d_feed_frames_total{venue="binance"}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.daemon, self.simulator):
            process.terminate()
            process.wait(timeout=30)
        self.folder.cleanup()


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError("it did not come true in a minute")


def ours(programs, messages, batch, tls):
    """CPU in µs a frame, and the share of quotes that the full channel displaced."""
    scheme, extra = ("wss", f", ca_file: '{tls}/c.pem'") if tls else ("ws", "")
    stream = f"websocket: '{scheme}://localhost:{PORT}'{extra}"
    with Daemon(programs, stream) as daemon:
        wait(lambda: metric(daemon.base, 'arb1d_feed_connect_attempts_total{venue="binance"}'))
        before = daemon.frames(), cpu_seconds(daemon.daemon.pid)
        blast = blaster(programs, messages, batch, tls)
        try:
            blast.wait(timeout=180)
            wait(lambda: daemon.frames() - before[0] >= messages)
        finally:
            blast.kill()
            blast.wait()
        frames = daemon.frames() - before[0]
        cpu = cpu_seconds(daemon.daemon.pid) - before[1]
        dropped = metric(daemon.base, "arb1d_channel_dropped_total{")
        return cpu / frames * 1e6, dropped / frames


def blaster(programs, messages, batch, tls):
    command = [programs.floors["blast"], str(PORT), str(messages), "-b", str(batch), "-t", "60"]
    if tls:
        command += ["-C", f"{tls}/c.pem", "-K", f"{tls}/k.pem"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def floor(programs, messages, batch, tls):
    blast = blaster(programs, messages, batch, tls)
    try:
        line = run([programs.floors["wsread"], PORT, messages] + (["-T"] if tls else []))
        return line["wsread-c"]["us_cpu_per_msg"]
    finally:
        blast.kill()
        blast.wait()


def certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/k.pem", "-out",
               f"{folder}/c.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def rows(programs, table):
    daemon = programs.options.daemon
    if not (daemon / "arb1d").exists() or not (daemon / "exchange-sim").exists():
        return table.row("loopback WebSocket", "not measured: no release build (make release)", "-", "-", "-", None)
    if not programs.has("blast", "wsread"):
        return table.row("loopback WebSocket", "not measured: no blast, no wsread", "-", "-", "-", None)
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder)
        for work, batch, tls in (("1,000 frames a write, plain", 1000, None), ("1,000 frames a write, TLS", 1000, folder),
                                 ("one frame a write, as fast as they go", 1, None)):
            measure(programs, table, work, batch, tls)
    return None


def measure(programs, table, work, batch, tls):
    messages = int(programs.size(1_000_000 if batch > 1 else 300_000, 50_000))
    mine, floors, dropped = [], [], []
    for _ in range(programs.pairs):
        cpu, share = ours(programs, messages, batch, tls)
        mine.append(cpu)
        dropped.append(share)
        floors.append(floor(programs, messages, batch, tls))
    more = sorted(one - other for one, other in zip(mine, floors))[len(mine) // 2]
    ratios = [one / other for one, other in zip(mine, floors)]
    is_met = more <= 0.6 if batch > 1 else sorted(ratios)[len(ratios) // 2] <= 2.5
    table.row(f"loopback WebSocket, {work} (wsread)", spread(mine) + f" us; {max(dropped):.0%} displaced",
              spread(floors) + " us", f"{spread(ratios)}; +{more:.2f} us",
              "<= 0.6 us more" if batch > 1 else "<= 2.5 x", is_met)
