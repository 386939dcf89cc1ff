"""Brings the network up and takes it down: chain, contract, verifier, hotspots, on one virtual clock."""
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request

from anvil import Anvil, free_port

from . import plan
from .lossy_link import OURS, VERIFIERS
from .processes import PATIENCE, Supervised

BLOCK_SECONDS = 12  # Of the virtual clock between two blocks.
QUIET_SECONDS = 1.0  # Of real time, after which a block comes although the virtual clock stands.


class Failure(Exception):
    """What stops the whole run; one line."""


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def seconds_of(text):
    return int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone)


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


class Hotspot(Supervised):
    """A daemon, what it says of itself, and what it has said before it was started again."""

    def __init__(self, site, stage):
        self.site, self.folder = site, stage.out / "hotspots" / site.name
        (self.folder / "faults").mkdir(parents=True)
        self.config = self.folder / "hotspotd.toml"
        self.address, self.status, self.before = None, None, {}
        self.reaches = True  # The verifier.
        self.key = None
        super().__init__(site.name, [stage.binaries / "earshot-hotspotd", "run", "-c", self.config],
                         self.folder / "log", stage.hotspot_line, stage.process_event, stage.environment())

    def start(self):
        self.before = self.totals()
        self.address = self.status = None
        super().start()

    def poll(self):
        """Asks for its status; none while it does not answer."""
        if self.address is None or not self.is_running():
            return None
        try:
            self.status = json.loads(get(self.address, 2)) or self.status
        except (OSError, ValueError):
            return None
        return self.status

    def totals(self):
        """Counts since the first start."""
        now = {"beacons": 0, "reports": 0, "headers": 0, "bodies": 0, "refused": 0}
        if self.status:
            now = {"beacons": (self.status["beacon"] or {"sent": 0})["sent"],
                   "reports": self.status["frames"]["reports"],
                   **{name: self.status["delivery"][name] for name in ("headers", "bodies", "refused")}}
        return {name: value + self.before.get(name, 0) for name, value in now.items()}


class Stage:
    def __init__(self, binaries, out, count, events, link=None, wrong_clock=None):
        """`link`: a LossyLink between the verifier and everybody else. `wrong_clock`: the name of a hotspot whose clock is
        not to be believed."""
        self.link, self.wrong_clock = link, wrong_clock
        # Of the machine as the verifier sees it, of the verifier as others see it.
        self.addresses = (OURS, VERIFIERS) if link else ("127.0.0.1", "127.0.0.1")
        self.binaries, self.out, self.events = pathlib.Path(binaries).resolve(), out, events
        self.first_epoch = int(time.time()) // plan.EPOCH + 3  # Registrations carry the real time: it must be past.
        self.opening = self.first_epoch * plan.EPOCH
        self.now = self.opening - 170  # Of the virtual clock, seconds.
        self.sites = plan.sites(count)
        self.hotspots, self.verifier, self.node, self.contract = [], None, None, None
        self.mines = True  # Blocks come as time passes.
        self.gave_up_waiting = threading.Event()  # A submission was not in a block in time.
        self.last_block = (0, 0.0)  # Its time, and when it came by the real clock.

    def environment(self):
        return {**os.environ, "SOAPY_SDR_ROOT": "/nonexistent",
                "SOAPY_SDR_PLUGIN_PATH": str(self.binaries.parent / "soapy")}

    # What processes say.

    def hotspot_line(self, hotspot, line):
        found = re.search(r"status at (http://\S+)", line)
        if found:
            hotspot.address = found[1]
        # "Not yet" is an answer.
        found = re.match(r"(not delivered, will try again(?!.*: 429)|cannot learn of rounds(?!.*has not opened)|delivered)", line)
        if found and (found[0] == "delivered") != hotspot.reaches:
            hotspot.reaches = found[0] == "delivered"
            self.events("hotspot", f"{hotspot.name} {'reaches the verifier again' if hotspot.reaches else line}",
                        hotspot=hotspot.name)
        if re.match("refused: |could not |keeps silent|the clock was|the device gave|earshot-hotspotd: ", line):
            self.events("hotspot", f"{hotspot.name}: {line.removeprefix('earshot-hotspotd: ')}", hotspot=hotspot.name)

    def verifier_line(self, verifier, line):
        if re.search(r"^\S+ (warning|error|critical): |works again", line):
            self.events("verifier", f"verifier: {line.split(': ', 1)[-1]}")

    def process_event(self, process, kind, line):
        self.events(kind, line, process=process.name)

    # Commands.

    def run(self, program, *words, cwd=None):
        return subprocess.run([self.binaries / program, *map(str, words)], capture_output=True, text=True,
                              timeout=PATIENCE, env=self.environment(), cwd=cwd or self.out)

    def need(self, program, *words, cwd=None):
        made = self.run(program, *words, cwd=cwd)
        if made.returncode:
            raise Failure(f"{program} {' '.join(map(str, words))}: exit {made.returncode}: {made.stderr.strip()}")
        return made.stdout

    # Up.

    def raise_all(self):
        (self.out / "chain").mkdir()
        (self.out / "verifier").mkdir()
        (self.out / "policy.toml").write_text(plan.policy_text())
        self.node = Anvil(self.opening - 600, address=self.addresses[0], start_new_session=True)
        self.accounts = self.node.call("eth_accounts")
        self._deploy()
        self._start_verifier()
        self._onboard()
        # The first epoch's entropy: committed to, then a block, then final.
        self.move_clock(self.opening - plan.COMMIT_AHEAD)
        self.node.finalize()
        self.move_clock(self.opening - plan.COMMIT_AHEAD + 20)
        for hotspot in self.hotspots:
            hotspot.start()

    def _deploy(self):
        keys = {}
        for name in ("fees", "verifier-1", "verifier-2", "verifier-3"):
            keys[name] = json.loads(self.need("earshot", "key", "new", f"chain/{name}", "--json"))["account"]
        self.node.fund(keys["fees"])
        signers = [word for i in (1, 2, 3) for word in ("--signer", keys[f"verifier-{i}"])]
        deployed = self.need("earshot", "chain", "deploy", "--rpc", self.node.url, "--key", "chain/fees", "--policy",
                             "policy.toml", "--first-epoch", self.first_epoch, "--activation-delay", plan.ACTIVATION,
                             "--wait", "mined", "--json", *signers)
        self.contract = json.loads(deployed)["contract"]
        self.node.finalize()

    def _start_verifier(self):
        port = free_port()
        config = self.out / "verifier" / "verifierd.toml"
        config.write_text(plan.verifier_text(self.out, port, self.node.url, self.addresses[1]))
        self.url = f"http://{self.addresses[1]}:{port}"
        self.verifier = Supervised("verifier", [self.binaries / "earshot-verifierd", "serve", "-c", config],
                                   self.out / "verifier" / "log", self.verifier_line, self.process_event,
                                   started_in=self.link.enter_verifiers_end if self.link else None)
        self.verifier.start()
        deadline = time.monotonic() + PATIENCE
        while not self.verifier_answers():
            if not self.verifier.is_running() or time.monotonic() > deadline:
                raise Failure(f"the verifier does not start: see {self.verifier.log_path}")
            time.sleep(0.05)
        self.move_clock(self.now)

    def verifier_answers(self):
        try:
            get(f"{self.url}/healthz", 2)
            return True
        except OSError:
            return False

    def move_clock(self, seconds):
        body = b'{"unix_ns":"%d"}' % (seconds * 10**9)
        request = urllib.request.Request(f"{self.url}/v1/simulation/clock", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=PATIENCE).read()
        self.now = max(self.now, seconds)

    def _onboard(self):
        start = self.opening - 60
        air = (f",ether=network-{os.getpid()},clock=virtual,members={len(self.sites)},start={iso(start)}")
        for seed, site in enumerate(self.sites):
            hotspot = Hotspot(site, self)
            self.need("earshot-hotspotd", "key", "new", hotspot.folder / "key")
            hotspot.config.write_text(plan.hotspot_text(site, hotspot.folder, self.url, self.accounts[site.owner],
                                                        f"{air},seed={seed}", moves_clock=site.name != self.wrong_clock))
            typed = self.need("earshot-hotspotd", "onboard", "file", "-c", hotspot.config)
            signed = self.node.call("eth_signTypedData_v4", self.accounts[site.owner], json.loads(typed))
            (hotspot.folder / "onboarding.json").write_text(typed)
            self.need("earshot-hotspotd", "onboard", "send", "-c", hotspot.config, hotspot.folder / "onboarding.json",
                      signed)
            hotspot.key = json.loads(typed)["message"]["hotspot"].removeprefix("0x")
            self.hotspots.append(hotspot)

    # Goes on.

    def look(self):
        """Keeps everything running; follows the virtual clock."""
        for process in (self.verifier, *self.hotspots):
            process.look()
        for hotspot in self.hotspots:
            status = hotspot.poll()
            if status and hotspot.name != self.wrong_clock:
                self.now = max(self.now, seconds_of(status["time"]))
        if self.mines:
            self._follow_with_blocks()

    def _follow_with_blocks(self):
        time_of_last, came = self.last_block
        moved = self.now - time_of_last
        if moved < BLOCK_SECONDS and time.monotonic() - came < QUIET_SECONDS:
            return
        self.node.call("evm_setNextBlockTimestamp", max(self.now, self.node.timestamp() + 1))
        self.node.call("evm_mine")
        self.last_block = (self.now, time.monotonic())

    # Down.

    def stop_all(self):
        """{name: exit code} of what was told to stop."""
        codes = {}
        running = [process for process in (*self.hotspots, self.verifier) if process]
        for process in running:
            process.stopping = True
        for process in self.hotspots:
            process.terminate()
        for process in running:
            if process is self.verifier:
                process.terminate()
            if process.process:
                codes[process.name] = process.wait()
        if self.node:
            self.node.stop()
        pathlib.Path(f"/dev/shm/earshot-air-network-{os.getpid()}").unlink(missing_ok=True)
        return codes
