"""The table: one line a row, with what it must reach and whether it does."""
import os
import platform
import time


class Table:
    def __init__(self, programs):
        self.programs = programs
        self.lines = []
        self.began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        self.load = os.getloadavg()[0]

    def row(self, work, ours, floor, ratio, limit, is_met):
        """`is_met` is None where there is nothing to compare with."""
        verdict = "-" if is_met is None else "met" if is_met else "SHORT"
        self.lines.append((work, ours, floor, ratio, limit, verdict))
        print(f"  {work}: {ours} | {floor} | {ratio} | {limit} | {verdict}", flush=True)

    def show(self):
        print()
        print(f"{self.began}; {os.cpu_count()} cores, {cpu_name()}; Linux {platform.release()}; "
              f"load {self.load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end; "
              f"{self.programs.pairs} pairs; medians [all pairs]")
        if self.programs.missing:
            print(f"Not here, so without their rows: {', '.join(self.programs.missing)}")
        print()
        titles = ("Work", "arb1d", "Floor or peer", "Ratio", "Must reach", "Verdict")
        print("| " + " | ".join(titles) + " |")
        print("|" + "---|" * len(titles))
        for line in self.lines:
            print("| " + " | ".join(line) + " |")


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"
