"""The rows of scraping over HTTP: sizes; the daemon beside client_golang (behind Debian's pushgateway) and Prometheus'
own `/federate`, which serve the daemon's samples; and scrapes while the engine works."""
import statistics
import time

import native
from simulated import TEXT, Client, Peers, Simulated
from turns import spread, wait

FORMATS = {
    "text 0.0.4": TEXT, "OpenMetrics": "application/openmetrics-text;version=1.0.0",
    "protobuf": native.ACCEPT,
}
THREE = ("binance", "bybit", "gateio")
LIMITS = {("client_golang", False): 0.1, ("client_golang", True): 0.25}


def rows(programs, table):
    daemon = programs.options.daemon
    if not (daemon / "arb1d").exists() or not (daemon / "exchange-sim").exists():
        return table.row("scrapes over HTTP", "not measured: no release build (make release)", "-", "-", "-", None)
    sizes(programs, table)
    large(programs, table)
    busy(programs, table)
    return None


def sizes(programs, table):
    symbols = int(programs.size(300, 30))
    with Simulated(programs, THREE, symbols, 500) as simulated:
        client = Client(simulated.port)
        count = settled(client, symbols * 41)
        for name, accept in FORMATS.items():
            plain, packed = (len(client.get(accept, packed)[0]) for packed in (False, True))
            table.row(f"size of /metrics, 3 venues x {symbols} symbols, {count:,} samples, {name}",
                      f"{plain / 1e6:.2f} MB, gzip {packed / 1e3:.0f} kB", "-", "-", "-", None)


def large(programs, table):
    symbols = int(programs.size(1_250, 100))
    with Simulated(programs, ("binance", "binance-usdm", "bybit", "gateio"), symbols, 200) as simulated:
        ours = Client(simulated.port)
        settled(ours, symbols * 79)
        body = ours.get()[0]
        count = sum(1 for line in body.splitlines() if not line.startswith(b"#"))
        with Peers(body) as peers:
            for name, peer in peers.clients.items():
                for packed in (False, True):
                    compare(programs, table, f"scrape of {count:,} samples{', gzip' if packed else ''}, by the wall ({name})",
                            ours, peer, packed, LIMITS.get((name, packed)))


def settled(client, least):
    """Waits until the series are that many and hardly any come: all pairs have their bands. Gives their number."""
    wait(lambda: len(client.samples()) > least, 180)
    last, count = 0, len(client.samples())
    while count > last * 1.001:
        time.sleep(5)
        last, count = count, len(client.samples())
    return count


def compare(programs, table, work, ours, peer, packed, limit):
    pairs = [(ours.median(packed), peer.median(packed)) for _ in range(programs.pairs)]
    ratios = [mine / other for mine, other in pairs]
    table.row(work, spread([mine for mine, _ in pairs], 1) + " ms", spread([other for _, other in pairs], 1) + " ms",
              spread(ratios, 3), f"<= {limit} x" if limit else "-",
              statistics.median(ratios) <= limit if limit else None)


def busy(programs, table):
    """Scrapes while the engine works: thirty times as often as Prometheus does by default, and again five times that."""
    # A little more than is asked for.
    rate = int(programs.size(50_000, 3_000)) / 3 * 1.02
    with Simulated(programs, THREE, int(programs.size(250, 30)), rate) as simulated:
        client = Client(simulated.port)
        settled(client, simulated.symbols * 41)
        for each_second, seconds in ((2, programs.size(10, 3)), (10, programs.size(5, 1))):
            disturb(programs, table, client, each_second, float(seconds))


def disturb(programs, table, client, each_second, seconds):
    """The time of the scrapes, and the pipeline's p99 with them and without, in turn."""
    count, begun = len(client.samples()), quotes(client)
    clock = time.monotonic()
    times, calm, scraped = [], [], []
    for _ in range(max(7, programs.pairs) if not programs.quick else 1):
        calm.append(phase(client, seconds, 0, []))
        scraped.append(phase(client, seconds, each_second, times))
    taken = (quotes(client) - begun) / (time.monotonic() - clock)
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    often = "once a second" if each_second == 1 else f"{each_second} times a second"
    table.row(f"/metrics of {count:,} series, keep-alive, {often}, while the engine takes {taken / 1e3:.1f} k quotes/s: "
              f"p99 of {len(times)} scrapes", f"{p99:.1f} ms, median {times[len(times) // 2]:.1f}", "-", "-", "< 20 ms",
              p99 < 20)
    moves = [with_them / without - 1 for with_them, without in zip(scraped, calm)]
    noise = statistics.median([abs(after / before - 1) for before, after in zip(calm, calm[1:])] or [0])
    middle = statistics.median(moves)
    table.row(f"the pipeline's p99 meanwhile, against a pause of scrapes just before ({len(moves)} pairs)",
              spread([one * 1e6 for one in scraped], 0) + " us", spread([one * 1e6 for one in calm], 0) + " us",
              f"{middle:+.0%} [{min(moves):+.0%} to {max(moves):+.0%}], A to A {noise:.0%}", "< 10 % or A to A",
              middle < max(0.1, noise))


def quotes(client):
    return sum(float(line.split()[-1]) for line in client.samples() if line.startswith(b"arb1d_end_to_end_seconds_count"))


def phase(client, seconds, each_second, times):
    """Lets some seconds pass, with so many scrapes in each; gives the p99 of the quotes that came meanwhile."""
    before = client.get(native.ACCEPT)[0]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if each_second:
            times.append(client.get()[1])
            time.sleep(max(0, 1 / each_second - times[-1] / 1e3))
        else:
            time.sleep(seconds)
    # Taken apart when all is over, for that is work too, on the same cores.
    bodies = before, client.get(native.ACCEPT)[0]
    return native.quantile(0.99, *(native.histogram(body, "arb1d_end_to_end_seconds") for body in bodies))
