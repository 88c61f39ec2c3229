"""Runs programs that print JSON lines, and the floors and we in turn."""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

# The first of the ports that what is started here listens on.
PORT = 18710

FLOORS = {
    "feed_simdjson": (["g++", "-std=c++17"], "feed_simdjson.cpp", ["-lsimdjson"]),
    "spread_bound": (["g++", "-std=c++17"], "spread_bound.cpp", []),
    "render_bound": (["g++", "-std=c++17"], "render_bound.cpp", []),
    "limits": (["gcc"], "limits.c", []),
    "blast": (["gcc"], "blast.c", ["-lssl", "-lcrypto"]),
    "wsread": (["gcc"], "wsread.c", ["-lssl", "-lcrypto"]),
}
FLAGS = ["-O3", "-march=native", "-Wno-misleading-indentation"]
# Ours, beside this file.
OWN = {
    # Whom it feeds gets the same from it.
    "sender": (["gcc"], "sender.c", ["-lssl", "-lcrypto"]),
    "bands_bound": (["g++", "-std=c++17"], "bands_bound.cpp", []),
}
STRICT = ["-Wall", "-Wextra", "-Werror"]


class Programs:
    """Where the programs are; builds the floors from the peers' sources, which are never copied."""

    def __init__(self, options):
        self.options = options
        self.quick = options.quick
        self.pairs = 1 if options.quick else options.pairs
        self.floors = {}
        self.missing = []
        for name, (compiler, source, libraries) in FLOORS.items():
            self.build(name, compiler, options.peers / source, libraries)
        for name, (compiler, source, libraries) in OWN.items():
            self.build(name, compiler + STRICT, pathlib.Path(__file__).with_name(source), libraries)

    def build(self, name, compiler, source, libraries):
        program = self.options.floors / name
        if source.exists() and (not program.exists() or program.stat().st_mtime < source.stat().st_mtime):
            program.parent.mkdir(parents=True, exist_ok=True)
            command = compiler + FLAGS + ["-o", str(program), str(source)] + libraries
            if subprocess.run(command, check=False).returncode != 0:
                print(f"{name} does not compile here: {' '.join(command)}", file=sys.stderr)
        if source.exists() and program.exists():
            self.floors[name] = program
        else:
            self.missing.append(name)

    def size(self, full, quick):
        return str(quick if self.quick else full)

    def bench(self, *arguments, program="bench"):
        """The JSON lines that our own program prints, by name."""
        return run([self.options.bin / program, *arguments])

    def floor(self, name, *arguments):
        return run([self.floors[name], *arguments])

    def has(self, *names):
        return all(name in self.floors for name in names)

    @staticmethod
    def tool(name):
        return shutil.which(name)


def run(command, **options):
    text = subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **options
    ).stdout
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return {line.get("name", line.get("who", "")): line for line in lines}


def wait(condition, seconds=60):
    """Until the condition holds; an address that does not answer yet is no error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError("it did not come true in time")


def middle(values):
    return statistics.median(values)


def only(lines):
    return next(iter(lines.values()))


def spread(values, digits=2):
    """The median, and from where to where they lie."""
    middle = statistics.median(values)
    return f"{middle:.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def scratch(options, name):
    folder = pathlib.Path(options.floors).parent / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
