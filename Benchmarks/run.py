#!/usr/bin/env python3
"""Runs every benchmark row beside its floor or peer, in turn, and prints the table.

usage: run.py [--pairs N] [--quick] [--rows decode,spread,...] [--bin FOLDER] [--peers FOLDER] [--floors FOLDER]

--bin: where `swift build` put `bench` and `allocations`. --peers: the sources of the floors, `../shared/bench/peers`;
without them the rows that need one print our side alone. --floors: where the floors are compiled to. --python: one that
has picows, websockets, orjson and cryptofeed (peers/setup.sh); without it the rows over sockets have no such peer.
"""
import argparse
import pathlib
import sys

import rows
from table import Table
from turns import Programs

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one small pair of each row: shows only that all runs")
    parser.add_argument("--rows", default="")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build-bench/release")
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT.parent / "shared/bench/peers")
    parser.add_argument("--floors", type=pathlib.Path, default=ROOT / ".build-bench/floors")
    parser.add_argument("--captures", type=pathlib.Path, default=ROOT.parent / "shared/captures")
    parser.add_argument("--daemon", type=pathlib.Path, default=ROOT / ".build/release")
    parser.add_argument("--python", type=pathlib.Path, default=ROOT / ".build-bench/peers/v/bin/python")
    return parser.parse_args()


def main():
    options = arguments()
    wanted = [name for name in options.rows.split(",") if name]
    unknown = set(wanted) - set(rows.ALL)
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; rows: {', '.join(rows.ALL)}")
    programs = Programs(options)
    table = Table(programs)
    for name, measure in rows.ALL.items():
        if not wanted or name in wanted:
            print(f"{name} ...", file=sys.stderr, flush=True)
            measure(programs, table)
    table.show()


if __name__ == "__main__":
    main()
