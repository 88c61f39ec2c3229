"""The daemon on simulated venues, and other servers beside it: each is started here, and ended by its own id."""
import http.client
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from turns import PORT, wait

TEXT = "text/plain;version=0.0.4"


class Client:
    """One HTTP connection that is kept."""

    def __init__(self, port, path="/metrics"):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.path = path

    def get(self, accept=TEXT, packed=False):
        """The body as it came, and how long it took in ms."""
        begun = time.perf_counter()
        self.connection.request("GET", self.path, headers={
            "Accept": accept, "Accept-Encoding": "gzip" if packed else "identity"})
        answer = self.connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - begun) * 1e3
        if answer.status != 200:
            raise ConnectionError(f"{self.path} answers {answer.status}: {body[:200]}")
        assert (answer.getheader("Content-Encoding") == "gzip") == packed, "another encoding than was asked for"
        return body, taken

    def samples(self):
        return [line for line in self.get()[0].splitlines() if line and not line.startswith(b"#")]

    def median(self, packed, times=3):
        return statistics.median(self.get(packed=packed)[1] for _ in range(times))


class Processes:
    """A folder, and programs that run in it; all end with the block."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.running = []
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        """Starts what belongs to it."""

    def start(self, program, *arguments):
        with open(self.path / f"{pathlib.Path(program).name}.log", "wb") as log:
            process = subprocess.Popen([str(program), *arguments], cwd=self.path, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
            process.wait(timeout=60)
        self.folder.cleanup()


class Simulated(Processes):
    """`arb1d` with all pairs exported, on `exchange-sim`: so many symbols, so many quotes a second and venue."""

    def __init__(self, programs, venues, symbols, rate):
        self.binaries = programs.options.daemon.resolve()
        self.venues, self.symbols, self.rate = venues, symbols, rate
        self.port = PORT + 1

    def begin(self):
        self.start(self.binaries / "exchange-sim", "--venues", ",".join(self.venues), "--symbols", str(self.symbols),
                   "--rate", str(self.rate), "--ports-file", "ports.json")
        ports = self.path / "ports.json"
        wait(lambda: ports.exists() and ports.stat().st_size > 0)
        listening = json.loads(ports.read_text())
        config = {
            "listen": f"127.0.0.1:{self.port}", "discovery": {"max_instruments": 2000}, "band": {"min_points": 1},
            "metrics": {"series_limit": 1_000_000},
            "venues": {venue: {"rest": f"http://127.0.0.1:{listening[venue]}",
                               "websocket": f"ws://127.0.0.1:{listening[venue]}"} for venue in self.venues},
        }
        # YAML reads JSON.
        (self.path / "arb1d.yaml").write_text(json.dumps(config))
        self.daemon = self.start(self.binaries / "arb1d", "run", "--config", "arb1d.yaml")
        wait(lambda: Client(self.port).samples())


class Peers(Processes):
    """A pushgateway, whose exposition is client_golang's, with somebody's samples; and a Prometheus that scraped it."""

    def __init__(self, body):
        # What a process says of itself the gateway says too, with other words of help.
        self.lines = [line for line in body.splitlines(True) if b"process_" not in line]
        self.clients = {}

    def begin(self):
        if not shutil.which("prometheus-pushgateway"):
            return
        gateway = PORT + 10
        self.start("prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{gateway}")
        wait(lambda: Client(gateway, "/-/ready").get())
        connection = http.client.HTTPConnection("127.0.0.1", gateway, timeout=60)
        connection.request("PUT", "/metrics/job/arb1d", body=b"".join(self.lines))
        answer = connection.getresponse()
        assert answer.status in (200, 202), (answer.status, answer.read()[:300])
        self.clients["client_golang"] = Client(gateway)
        if shutil.which("prometheus"):
            self.begin_prometheus(gateway, PORT + 11)

    def begin_prometheus(self, target, port):
        scrape = {"job_name": "gateway", "honor_labels": True, "scrape_interval": "15s", "scrape_timeout": "14s",
                  "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
        (self.path / "prometheus.yml").write_text(json.dumps({"scrape_configs": [scrape]}))
        self.start("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                   f"--web.listen-address=127.0.0.1:{port}")
        wait(lambda: Client(port, "/-/ready").get())
        federate = Client(port, "/federate?match%5B%5D=%7B__name__%3D~%22arb1d_.%2B%22%7D")
        held = sum(1 for line in self.lines if line.startswith(b"arb1d_"))
        wait(lambda: len(federate.samples()) >= held, 120)
        self.clients["Prometheus' /federate"] = federate
