"""Each epoch from its end to its finalized transaction: waits for the seal, keeps what was published, judges it again,
submits it, and looks whether it is final. On a thread of its own, because commands wait for blocks."""
import dataclasses
import json
import threading
import urllib.error

from . import plan
from .stage import get

PARTS = (("record", "record"), ("seal", "seal"), ("artifact", "artifact"), ("policy", "policy.toml"))
STATES = ("on air", "grace", "sealed", "judged", "submitted", "finalized")
PAUSE = 0.2


@dataclasses.dataclass
class Epoch:
    number: int
    state: str = "on air"
    verdicts: dict = dataclasses.field(default_factory=dict)  # {(verdict, reason): how many}
    messages: dict = dataclasses.field(default_factory=dict)  # {id: how many verdicts}
    tiers: dict = dataclasses.field(default_factory=dict)  # {hotspot's key: tier}
    paid: dict = dataclasses.field(default_factory=dict)  # {owner: base units, cumulative}
    block: int = 0
    transaction: str = ""

    def counts(self):
        decisions = {}
        for (decision, _), count in self.verdicts.items():
            decisions[decision] = decisions.get(decision, 0) + count
        return decisions


def tile_paths(size):
    """Of a log of so many entries (C2SP tlog-tiles)."""
    def name(number):
        parts = [f"{number % 1000:03}"]
        while number := number // 1000:
            parts.insert(0, f"x{number % 1000:03}")
        return "/".join(parts)

    paths, level = [], 0
    while (hashes := size >> 8 * level) > 0:
        for kind in (str(level), "entries")[:1 if level else 2]:
            paths += [f"tile/{kind}/{name(i)}" for i in range(hashes // 256)]
            if hashes % 256:
                paths.append(f"tile/{kind}/{name(hashes // 256)}.p/{hashes % 256}")
        level += 1
    return paths


class Epochs:
    def __init__(self, stage, events):
        self.stage, self.events = stage, events
        self.published = stage.out / "published"
        self.published.mkdir()
        self.of = {}
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.last_complaint = None

    def start(self):
        self.thread.start()

    def stop(self):
        self.ending.set()
        self.thread.join()

    def epoch(self, number):
        return self.of.setdefault(number, Epoch(number))

    def last_settled(self):
        settled = [number for number, epoch in self.of.items() if epoch.state == "finalized"]
        return max(settled, default=None)

    def follow_time(self, now):
        """Names the epochs that have begun and ended by the virtual clock."""
        current = now // plan.EPOCH
        for number in range(self.stage.first_epoch, current + 1):
            epoch = self.epoch(number)
            if epoch.state == "on air" and number < current:
                self._enter(epoch, "grace")

    def _enter(self, epoch, state, **more):
        epoch.state = state
        words = {"grace": "is over, its grace begins", "sealed": "is sealed", "judged": "judged again, the same bytes",
                 "submitted": "submitted", "finalized": "finalized on the chain"}[state]
        counts = ", ".join(f"{count} {decision}" for decision, count in sorted(epoch.counts().items()))
        detail = {"judged": f": {counts or 'no messages'}", "submitted": f": block {epoch.block}"}.get(state, "")
        self.events("epoch", f"epoch {epoch.number} {words}{detail}", epoch=epoch.number, state=state, **more)

    def _run(self):
        number = self.stage.first_epoch
        while not self.ending.is_set():
            try:
                self._finalize()
                if self._settle(number):
                    number += 1
                    continue
            except (OSError, ValueError, AssertionError, RuntimeError) as error:
                self._complain(str(error))
            self.ending.wait(PAUSE)

    def _complain(self, line):
        if line != self.last_complaint:
            self.events("settling", f"settling: {line}")
        self.last_complaint = line

    def _settle(self, number):
        """One step nearer to the chain; true when the next epoch's turn has come."""
        epoch = self.of.get(number)
        if epoch is None:
            return False
        if epoch.state == "grace" and self._fetch(number):
            self._enter(epoch, "sealed")
        if epoch.state == "sealed":
            self._judge(epoch)
        if epoch.state == "judged":
            self._submit(epoch)
        return epoch.state in ("submitted", "finalized")

    def _fetch(self, number):
        """Keeps what is published of it; false when it is not sealed yet."""
        for part, ending in PARTS:
            try:
                data = get(f"{self.stage.url}/v1/epochs/{number}/{part}")
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return False
                raise
            (self.published / f"epoch-{number}.{ending}").write_bytes(data)
        return True

    def _judge(self, epoch):
        shown = self.stage.run("earshot", "epoch", "show", "--epoch", epoch.number, "--log", self.published, "--json")
        if shown.returncode:
            raise RuntimeError(f"epoch {epoch.number}: {shown.stderr.strip()}")
        facts = json.loads(shown.stdout)
        if not facts["identical"]:
            raise RuntimeError(f"epoch {epoch.number} judged again gives other bytes")
        for verdict in facts["verdicts"]:
            key = verdict["verdict"], verdict["reason"]
            epoch.verdicts[key] = epoch.verdicts.get(key, 0) + 1
            epoch.messages[verdict["id"]] = epoch.messages.get(verdict["id"], 0) + 1
        epoch.tiers = {one["hotspot"]: one["tier"] for one in facts["hotspots"]}
        epoch.paid = {one["account"].lower(): int(one["cumulative"]) for one in facts["accounts"]}
        self._enter(epoch, "judged")

    def _submit(self, epoch):
        signers = [word for i in (1, 2) for word in ("--signer-key", self.stage.out / "chain" / f"verifier-{i}")]
        sent = self.stage.run("earshot", "chain", "submit", "--rpc", self.stage.node.url, "--contract",
                              self.stage.contract, "--epoch", epoch.number, "--log", self.published, "--key",
                              self.stage.out / "chain" / "fees", "--wait", "mined", "--timeout", 5, "--json", *signers,
                              cwd=self.stage.out / "chain")
        if sent.returncode:
            self.stage.gave_up_waiting.set()
            raise RuntimeError(f"epoch {epoch.number}: {sent.stderr.strip()}")
        answer = json.loads(sent.stdout)
        head = int(self.stage.node.call("eth_blockNumber"), 16)
        epoch.block, epoch.transaction = answer["block"] or head, answer["transaction"] or ""
        self.last_complaint = None
        self._enter(epoch, "submitted", transaction=epoch.transaction)

    def _finalize(self):
        waiting = [epoch for epoch in self.of.values() if epoch.state == "submitted"]
        if not waiting:
            return
        final = int(self.stage.node.call("eth_getBlockByNumber", "finalized", False)["number"], 16)
        for epoch in waiting:
            if epoch.block <= final:
                self._enter(epoch, "finalized")

    def keep_log(self):
        """The network log beside the epochs, for `earshot audit`; its key."""
        checkpoint = get(f"{self.stage.url}/network/checkpoint")
        for path in tile_paths(int(checkpoint.split(b"\n")[1])):
            place = self.published / "network" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(get(f"{self.stage.url}/network/{path}"))
        (self.published / "network").mkdir(exist_ok=True)
        (self.published / "network" / "checkpoint").write_bytes(checkpoint)
        return json.loads(get(f"{self.stage.url}/healthz"))["network_log_key"]
