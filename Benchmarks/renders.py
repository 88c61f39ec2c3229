"""The rows of rendering in memory: the same samples as `render_bound`, from registered gauges and read at the scrape."""
from turns import only, spread

BOUND = "render bound: to_chars shortest"
CASES = (
    ("gauges", "text", "text 0.0.4"),
    ("gauges", "openmetrics", "OpenMetrics"),
    ("sampled", "text", "text 0.0.4, read at the scrape"),
    ("mixed", "text", "text 0.0.4, a tenth of histograms"),
)


def rows(programs, table):
    for samples in (10_000, 100_000):
        found = measure(programs, samples)
        for case in CASES:
            ours, floors, grown = found[case]
            work = f"render {samples:,} samples, {case[2]}, per sample"
            if floors:
                ratios = [mine / floor for mine, floor in zip(ours, floors)]
                table.row(f"{work} (render_bound)", spread(ours, 3) + " us", spread(floors, 3) + " us", spread(ratios),
                          "<= 2 x", sorted(ratios)[len(ratios) // 2] <= 2)
            else:
                table.row(work, spread(ours, 3) + " us", "-", "-", "-", None)
            table.row("memory of one render more, over its body", spread(grown) + " x", "-", "-", "<= 2 x",
                      sorted(grown)[len(grown) // 2] <= 2)
    counts = programs.bench("render", programs.size(10_000, 1_000), program="allocations")
    worst = max(int(line["allocations"]) for line in counts.values())
    table.row(f"allocations of ten scrapes, the worst of {len(counts)} (mixed and sampled, each format)", f"{worst}", "-",
              "-", "0", worst == 0)


def measure(programs, samples):
    """Per case: our times, the bound's beside each, and the memory."""
    found = {case: ([], [], []) for case in CASES}
    for _ in range(programs.pairs):
        for case in CASES:
            line = only(programs.bench("render", str(samples), programs.size(9, 1), case[0], case[1]))
            found[case][0].append(line["us_cpu_per_op"])
            found[case][2].append(line["grown_per_body"])
            if programs.has("render_bound"):
                floor = programs.floor("render_bound", str(samples), programs.size(9, 1))[BOUND]
                found[case][1].append(floor["us_cpu_per_sample"])
    return found
