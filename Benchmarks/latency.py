"""The row from the sender's time stamp to the cells: `latency` is the daemon's feed and engine, which looks at each quote."""
import json
import os
import subprocess
import time

from fed import SENDER, Schedule
from turns import middle, run, spread

RATE = 50_000
PING_PONG = "loopback TCP ping-pong 250 B round trip"


def rows(programs, table):
    program = programs.options.daemon / "latency"
    work = f"sender's time stamp to cells, {RATE:,} quotes/s on a schedule, late sends counted from it"
    if not program.exists() or not programs.has("sender", "limits"):
        return table.row(work, "not measured: no latency (make bench builds it), no sender or no limits", "-", "-", "-", None)
    seconds = int(programs.size(6, 2))
    ours, floors = [], []
    for _ in range(programs.pairs):
        floors.append(ping_pong(programs))
        sender = Schedule(RATE * seconds, 1000, RATE).sender(programs, "-u")
        try:
            ours.append(run([program, SENDER, RATE * seconds, RATE], timeout=120)["latency"])
        finally:
            sender.kill()
            sender.wait()
    for name, limit in (("p50_us", 2), ("p99_us", 20)):
        ratios = [mine[name] / floor for mine, floor in zip(ours, floors)]
        table.row(f"{work}: {name[:3]} (limits: ping-pong across cores, p50)", spread([one[name] for one in ours], 0) + " us",
                  spread(floors, 0) + " us", spread(ratios), f"<= {limit} x", middle(ratios) <= limit)
    hidden = [one["hidden_p50_us"] for one in ours]
    table.row("of it before our receive time, which receivedAt hides: p50, and share of the whole",
              f"{spread(hidden, 0)} us; {middle([one['hidden_share'] for one in ours]):.0%}", "-", "-", "-", None)
    return None


def ping_pong(programs):
    """The median in us of `limits`, its two processes each on a core of its own."""
    with subprocess.Popen([str(programs.floors["limits"]), str(programs.options.floors)], stdout=subprocess.PIPE,
                          text=True) as process:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process.pid, cores[:1])
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as children:
                    for child in children.read().split():
                        os.sched_setaffinity(int(child), cores[-1:])
            except OSError:
                pass  # It ended meanwhile.
            time.sleep(0.02)
        lines = [json.loads(line) for line in process.stdout.read().splitlines()]
    return next(line["p50_us"] for line in lines if line["name"] == PING_PONG)
