"""The rows over a loopback socket: the daemon beside the C reader `wsread` and Python clients, all fed by `sender`."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from fed import SENDER, Displaced, Fed, Schedule
from turns import middle, spread


def rows(programs, table):
    daemon = programs.options.daemon
    if not (daemon / "arb1d").exists() or not (daemon / "exchange-sim").exists():
        return table.row("loopback WebSocket", "not measured: no release build (make release)", "-", "-", "-", None)
    if not programs.has("sender", "wsread"):
        return table.row("loopback WebSocket", "not measured: no sender, no wsread", "-", "-", "-", None)
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder)
        for name, certificates, peers in (("plain", None, ["picows"]), ("TLS", folder, ["picows", "cryptofeed"])):
            blocks(programs, table, name, Schedule(programs.size(1_000_000, 100_000), 1000, None, certificates), peers)
    for rate in (20_000, 100_000):
        single(programs, table, Schedule(rate * int(programs.size(2, 1)), 1, rate))
    calls(programs, table)
    return None


def certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/k.pem", "-out",
               f"{folder}/c.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(programs, schedule, peers):
    """CPU in us a quote, in turn: ours, the floor's, and each peer's."""
    found = {name: [] for name in ["arb1d", "wsread", *peers]}
    for _ in range(programs.pairs):
        found["arb1d"].append(ours(programs, schedule))
        command = [programs.floors["wsread"], SENDER, schedule.frames] + (["-T"] if schedule.certificates else [])
        found["wsread"].append(schedule.read_by(programs, command)["us_cpu_per_msg"])
        for name in peers:
            if programs.options.python.exists():
                found[name].append(peer(programs, schedule.fewer(10 if name == "cryptofeed" else 4), name))
    return found


def ours(programs, schedule, times=3):
    """CPU in us a quote; where quotes were displaced it says so and measures again."""
    for left in reversed(range(times)):
        try:
            with Fed(programs, schedule) as fed:
                return fed.read_all()
        except Displaced as error:
            print(f"  not measured: {error}", file=sys.stderr)
            if not left:
                raise


def peer(programs, schedule, name):
    command = [programs.options.python, programs.options.peers / "ingest_client.py", name, SENDER, schedule.frames]
    return schedule.read_by(programs, command + (["--tls"] if schedule.certificates else []))["us_cpu_per_msg"]


def blocks(programs, table, name, schedule, peers):
    found = measure(programs, schedule, peers)
    more = [one - other for one, other in zip(found["arb1d"], found["wsread"])]
    work = f"loopback WebSocket, {schedule.block:,} frames a write, {name}, whole process"
    table.row(f"{work} (wsread)", spread(found["arb1d"]) + " us", spread(found["wsread"]) + " us", f"+{spread(more)} us",
              "<= 0.6 us more", middle(more) <= 0.6)
    for name_of in peers:
        ahead(table, work, found, name_of)


def single(programs, table, schedule):
    found = measure(programs, schedule, ["websockets"])
    ratios = [one / other for one, other in zip(found["arb1d"], found["wsread"])]
    work = f"loopback WebSocket, one frame a write, {schedule.rate:,} frames/s, whole process"
    table.row(f"{work} (wsread)", spread(found["arb1d"]) + " us", spread(found["wsread"]) + " us", spread(ratios),
              "<= 2.5 x", middle(ratios) <= 2.5)
    ahead(table, work, found, "websockets")


def ahead(table, work, found, name):
    parser = "" if name == "cryptofeed" else " + orjson"
    if not found[name]:
        return table.row(f"{work} ({name}{parser})", "not measured: no such Python (peers/setup.sh)", "-", "-", "< 1 x", None)
    ratios = [one / other for one, other in zip(found["arb1d"], found[name])]
    table.row(f"{work} ({name}{parser})", spread(found["arb1d"]) + " us", spread(found[name]) + " us", spread(ratios),
              "< 1 x", middle(ratios) < 1)
    return None


def calls(programs, table):
    """System calls of the feed's and the engine's thread, by strace: it slows them, so they find more at a time."""
    if not shutil.which("strace"):
        return table.row("system calls a read", "not measured: no strace", "-", "-", "<= 2", None)
    rate = 20_000
    schedule = Schedule(rate * 4, 1, rate)
    with Fed(programs, schedule) as fed:
        counts = []
        fed.read_all(lambda pid: counts.extend(traced(pid, fed.path)))
    feed, engine = counts
    reads = feed["read"]
    every = sum(count for name, count in feed.items() if name != "futex")
    work = f"one frame a write, {rate:,} frames/s offered"
    table.row(f"{work}: the feed thread's system calls a read, wake-ups aside (strace -c)",
              f"{every / reads:.2f} ({', '.join(f'{name} {count / reads:.2f}' for name, count in feed.items())})",
              "-", "-", "<= 2", round(every / reads, 1) <= 2)
    table.row(f"{work}: wake-ups of the engine a read (the engine's thread: "
              f"{', '.join(f'{name} {count / reads:.2f}' for name, count in engine.items())})",
              f"{feed['futex'] / reads:.2f}", "-", "-", "<= 1", feed["futex"] <= reads)
    return None


def traced(pid, folder):
    """What the two busiest threads call in a second and a half: first the feed's, which does read, then the engine's."""
    time.sleep(1.2)
    threads = sorted(pathlib.Path(f"/proc/{pid}/task").iterdir(), key=cpu_of, reverse=True)[:2]
    tracers = []
    for number, thread in enumerate(threads):
        tracers.append(subprocess.Popen(["strace", "-c", "-p", thread.name, "-o", str(folder / f"calls{number}")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    time.sleep(1.5)
    for tracer in tracers:
        tracer.terminate()
        tracer.wait(timeout=30)
    counts = [summary(folder / f"calls{number}") for number in range(2)]
    return sorted(counts, key=lambda calls: "read" not in calls)


def cpu_of(thread):
    return int((thread / "schedstat").read_text().split()[0])


def summary(file):
    """The calls of a summary by strace, most first."""
    found = {}
    for line in file.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[0][0].isdigit() and fields[-1] != "total":
            found[fields[-1]] = int(fields[3])
    return found
