"""The rows that need no socket, each a function of the programs and the table."""
import gzip
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import latency
import renders
import scrapes
import sockets
from turns import only, scratch, spread

DECODE = "simdjson on-demand, 4 strings by key -> own double"


def ratio_row(table, work, ours, floors, limit, digits=3, unit="us"):
    ratios = [mine / floor for mine, floor in zip(ours, floors)]
    table.row(work, spread(ours, digits) + f" {unit}", spread(floors, digits) + f" {unit}", spread(ratios),
              f"<= {limit} x", sorted(ratios)[len(ratios) // 2] <= limit)


def alone(table, work, ours, limit=None, digits=3, unit="us", strict=False):
    middle = sorted(ours)[len(ours) // 2]
    met = None if limit is None else middle < limit if strict else middle <= limit
    table.row(work, spread(ours, digits) + f" {unit}", "-", "-", "-" if limit is None else
              f"{'<' if strict else '<='} {limit} {unit}", met)


def decode(programs, table):
    count = programs.size(500_000, 50_000)
    ours, floors = [], []
    for _ in range(programs.pairs):
        mine = only(programs.bench("decode", count, "3"))
        ours.append(mine["us_cpu_per_op"])
        if programs.has("feed_simdjson"):
            floor = programs.floor("feed_simdjson", count, "3")[DECODE]
            floors.append(floor["us_cpu_per_op"])
            assert abs(mine["sum"] / floor["sum"] - 1) < 1e-9, "decoded other numbers"
    if floors:
        ratio_row(table, "decode, Binance bookTicker, 146 bytes (feed_simdjson)", ours, floors, 2)
    else:
        alone(table, "decode, Binance bookTicker, 146 bytes", ours)


def ticks(programs):
    """One file with A before B, and one with B before A, for the other direction."""
    count = int(programs.size(1_000_000, 100_000))
    file, swapped = scratch(programs.options, f"ticks-{count}"), scratch(programs.options, f"ticks-{count}-swapped")
    if not swapped.exists():
        programs.bench("ticks", str(file), str(count))
        data = file.read_bytes()
        swapped.write_bytes(data[len(data) // 2:] + data[:len(data) // 2])
    return file, swapped, str(count)


def join(programs, table):
    file, swapped, count = ticks(programs)
    ours, joins, floors, both = [], [], [], []
    for _ in range(programs.pairs):
        mine, join = only(programs.bench("spread", file, "3")), only(programs.bench("history", file, "3"))
        ours.append(mine["us_cpu_per_op"])
        joins.append(join["us_cpu_per_op"])
        if programs.has("spread_bound"):
            one = only(programs.floor("spread_bound", file, count, "3"))
            swap = only(programs.floor("spread_bound", swapped, count, "3"))
            floors.append(one["us_cpu_per_op"])
            both.append(one["us_cpu_per_op"] + swap["us_cpu_per_op"])
            for name in ("joined", "sum_spread", "sum_hi", "sum_lo"):
                for other in (mine, join):
                    assert abs(other[name] / one[name] - 1) < 1e-9, f"another {name}: {other[name]}, {one[name]}"
    work = "engine, one quote: both directions, window, cells"
    join = "join, spread, both bands, quote by quote out of the windows"
    if not floors:
        alone(table, join, joins)
        return alone(table, work, ours)
    ratio_row(table, f"{join} (spread_bound)", joins, floors, 2)
    ratio_row(table, f"{work} (spread_bound, one direction)", ours, floors, 2)
    ratio_row(table, f"{work} (spread_bound, both directions)", ours, both, 2)


def whole(programs, table):
    file, _, count = ticks(programs)
    quotes = programs.size(1_000_000, 100_000)
    ours, floors, rates, threads = [], [], [], []
    for _ in range(programs.pairs):
        mine = only(programs.bench("whole", "300", quotes))
        assert mine["dropped"] == 0 and mine["applied"] == mine["ops"], f"lost some: {mine}"
        ours.append(mine["us_cpu_per_op"])
        rates.append(mine["per_s_wall"] / 1e3)
        threads.append((mine["feed_us"], mine["engine_us"]))
        if programs.has("feed_simdjson", "spread_bound"):
            feed = programs.floor("feed_simdjson", programs.size(500_000, 50_000), "3")[DECODE]["us_cpu_per_op"]
            floors.append(feed + 4 * only(programs.floor("spread_bound", file, count, "3"))["us_cpu_per_op"])
    work = "whole way in process, busiest thread"
    if floors:
        ratio_row(table, f"{work} (feed_simdjson + 4 spread_bound)", ours, floors, 2)
    else:
        alone(table, work, ours)
    alone(table, "of it: decode, judge, hand over", [feed for feed, _ in threads])
    alone(table, "of it: channel, window, 4 evaluations, bands, cells", [engine for _, engine in threads])
    alone(table, "quotes a second by the wall, both threads and all else on these cores", rates, digits=0, unit="k/s")


def allocations(programs, table):
    counts = only(programs.bench(programs.size(100_000, 10_000), program="allocations"))
    few, many = int(counts["allocations"]), int(counts["allocations_10"])
    table.row("allocations from frame bytes to cell, N and 10 N quotes after warm-up",
              f"{few} and {many} (N = {int(counts['quotes']):,})", "-", "-", "0", few == 0 and many == 0)


def instruments(programs, table):
    limits = {"counter increment": 5, "counter increment, 2 threads": 25, "classic histogram observe, 14 buckets": 20,
              "native histogram observe": 40}
    found = {}
    for _ in range(programs.pairs):
        for name, line in programs.bench("instruments", programs.size(50, 2)).items():
            # Two threads that never met on their cores have measured nothing.
            if line.get("rounds", 1) > 0:
                found.setdefault(name, []).append(line["ns_per_op"])
    for name, values in found.items():
        alone(table, name, values, limits.get(name), digits=1, unit="ns", strict=True)
    if "counter increment, 2 threads" not in found:
        table.row("counter increment, 2 threads", "not measured: the cores are too busy for two at once", "-", "-",
                  "< 25 ns", None)


def instrumentation(programs, table):
    """One quote with the histograms that it goes into, and without: end to end, and the leg ages of its pairs."""
    quotes = programs.size(200_000, 20_000)
    more = []
    for _ in range(programs.pairs):
        full, bare = (only(programs.bench("growth", "300", quotes, kind))["us_cpu_per_op"] for kind in ("full", "bare"))
        more.append(full - bare)
    alone(table, "instrumentation of a quote: one end-to-end and up to four leg-age observations", more)
    if programs.tool("valgrind"):
        quotes = programs.size(100_000, 20_000)
        full, bare = (instructions(programs, "300", quotes, kind) / int(quotes) for kind in ("full", "bare"))
        table.row("the same in instructions (callgrind)", f"{full - bare:.0f}", "-", f"{(full - bare) / full:.1%} of all",
                  "-", None)


def snapshot(programs, table):
    lines = [only(programs.bench("snapshot", "9000", programs.size(9, 1))) for _ in range(programs.pairs)]
    alone(table, f"chart snapshot of {int(lines[0]['points']):,} points", [line["wall_ms"] for line in lines], 5,
          digits=2, unit="ms", strict=True)
    alone(table, "of it on the engine's thread", [line["engine_us"] for line in lines], digits=1)


def memory(programs, table):
    packed = programs.options.captures / "cross-venue/binance-spot-btcusdt-20240808-quotes-trades.log.gz"
    if not packed.exists():
        return table.row("memory", "not measured: no recording", "-", "-", "-", None)
    log = scratch(programs.options, "recording.log")
    with gzip.open(packed, "rb") as source, open(log, "wb") as target:
        shutil.copyfileobj(source, target)
    line = only(programs.bench("memory", str(log)))
    quotes = f"{line['quotes'] / 1e6:.2f} million quotes"
    for work, name, limit in ((f"windows, {quotes}", "windows_mb", 52), ("both channels full", "channels_rss_mb", 50),
                              ("RssAnon of the process", "rss_anon_mb", 100)):
        table.row(work, f"{line[name]:.1f} MB", "-", "-", f"<= {limit} MB", line[name] <= limit)
    table.row("VmRSS of the process", f"{line['rss_mb']:.1f} MB", "-", "-", "-", None)
    return None


def growth(programs, table):
    growth_of_time(programs, table)
    work = "instructions per quote, 3,000 symbols over 300"
    if not programs.tool("valgrind"):
        return table.row(work, "not measured: no valgrind", "-", "-", "<= 1.05", None)
    quotes = programs.size(100_000, 20_000)
    with ThreadPoolExecutor() as pool:
        totals = pool.map(lambda symbols: instructions(programs, symbols, quotes), ("300", "3000"))
        few, many = (total / int(quotes) for total in totals)
    return table.row(work, f"{many:.0f} / {few:.0f}", "-", f"{many / few:.3f}", "<= 1.05", many / few <= 1.05)


def growth_of_time(programs, table):
    """Both sides have the same quotes, and as many of each symbol before as fill the bands of all its pairs."""
    quotes = programs.size(300_000, 20_000)
    ours, floors = {}, {}
    for _ in range(programs.pairs):
        for symbols in (300, 3_000):
            warm_up = str(symbols * int(programs.size(400, 20)))
            mine = only(programs.bench("growth", str(symbols), quotes, "full", warm_up))
            ours.setdefault(symbols, []).append(mine["us_cpu_per_op"])
            if programs.has("bands_bound"):
                floor = only(programs.floor("bands_bound", str(symbols), warm_up, quotes))
                assert programs.quick or floor["full"] == floor["pairs"], f"bands that are not full: {floor}"
                floors.setdefault(symbols, []).append(4 * floor["us_cpu_per_op"])
    work = "CPU per quote, 3,000 symbols over 300"
    grown = [many / few for few, many in zip(ours[300], ours[3_000])]
    if not floors:
        return alone(table, work, grown, digits=2, unit="x")
    floors_grown = [many / few for few, many in zip(floors[300], floors[3_000])]
    ratio_row(table, f"{work} (bands_bound, 18,000 pairs over 1,800)", grown, floors_grown, 1.5, digits=2, unit="x")
    for symbols, mine in ours.items():
        table.row(f"of it: a quote, {symbols:,} symbols (four updates of bands_bound)", f"{spread(mine, 3)} us",
                  f"{spread(floors[symbols], 3)} us", "-", "-", None)
    return None


def instructions(programs, symbols, quotes, kind="full"):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*measuredPart*",
               str(programs.options.bin / "bench"), "growth", symbols, quotes, kind]
    text = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", text).group(1))


def overload(programs, table):
    line = only(programs.bench("overload", programs.size(60, 2)))
    held = line["unaccounted"] == 0 and line["residual"] == 0 and line["depth_max"] <= line["depth_capacity"]
    memory = [line[f"rss_anon_{sixth}_mb"] for sixth in range(1, 7)]
    flat = max(memory[2:]) <= memory[1] * 1.05
    table.row(f"overload for {int(line['seconds'])} s: {line['offered_per_s'] / 1e6:.2f} M/s offered, "
              f"{line['capacity_per_s'] / 1e6:.2f} M/s can be taken, windows of 16 MB",
              f"depth {int(line['depth_max']):,}, dropped {int(line['dropped']):,} of {int(line['sent']):,}, "
              f"{int(line['unaccounted'])} unaccounted, delay at most {line['delay_max_ms']:.0f} ms; RssAnon at most "
              f"{', '.join(f'{one:.0f}' for one in memory)} MB in each sixth", "-", "-",
              "depth at capacity, drops exact, residual 0, memory flat", held and flat and line["dropped"] > 0)


ALL = {
    "decode": decode, "join": join, "whole": whole, "allocations": allocations, "instruments": instruments,
    "render": renders.rows, "instrumentation": instrumentation, "scrapes": scrapes.rows, "snapshot": snapshot, "memory": memory,
    "growth": growth, "sockets": sockets.rows, "latency": latency.rows, "overload": overload,
}
