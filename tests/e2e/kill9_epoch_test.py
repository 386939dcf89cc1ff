#!/usr/bin/env python3
"""An epoch from onboarding to seal while the service is killed with SIGKILL again and again: during headers, bodies,
evidence, while audits are drawn and while epochs are sealed. After each start everything acknowledged is still there;
a seal that was seen once never changes; each acknowledged message gets exactly one verdict; snippets are deleted once
their epoch is sealed, and so are its messages: each keeps its verdict. Then a stranger audits an epoch over HTTP and from copied files, whole and altered.

kill9_epoch_test.py BIN_DIR [SOURCE_DIR]
"""
import http.client
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from anvil import Anvil, find_anvil
from verifierd import Verifierd

SEED = "07" * 32
EPOCH = 2_400_000
ROUND = 60
ROUNDS = 12
SECOND = 10**9
OPENING = EPOCH * ROUNDS * ROUND * SECOND
END = OPENING + ROUNDS * ROUND * SECOND
REVEAL = END + 16 * 60 * SECOND
DRAW = END + 75 * 60 * SECOND + 1
GRACE = 2 * 3600 * SECOND


class Killed:
    """The service, and requests to it that outlive its kills."""

    def __init__(self, bin_dir, node):
        policy = subprocess.run([bin_dir / "verifier-epoch", "policy"], capture_output=True, text=True, check=True)
        self.service = Verifierd(bin_dir, node=node, virtual=True, store="keep_days = 0\n",
                                 extra=f'entropy_seed = "{SEED}"\n[evidence]\nkeep_days = 0\n')
        (self.service.directory / "policy.toml").write_text(policy.stdout)
        config = self.service.config.read_text().splitlines(keepends=True)
        self.service.config.write_text("".join(
            f'policy_file = "{self.service.directory}/policy.toml"\n' if line.startswith("policy_file") else line
            for line in config))
        self.moments = random.Random(5)
        self.acknowledged = []  # (path, body)
        self.onboardings = 0  # The first so many of these.
        self.may_be_put_away = False  # An epoch is sealed.
        self.kills = 0
        self.alive = threading.Event()
        self.service.start()
        self.alive.set()

    def kill(self):
        self.alive.clear()
        self.service.kill()
        self.kills += 1
        self.service.start()
        self.alive.set()

    def ask(self, path, body=None, content_type="application/octet-stream"):
        deadline = time.monotonic() + 120
        while True:
            self.alive.wait(60)
            try:
                return self.service.request(path, body, content_type)
            except (OSError, ValueError, EOFError, urllib.error.URLError, http.client.HTTPException):
                assert time.monotonic() < deadline, f"no answer to {path}"
                time.sleep(0.02)

    def post(self, path, body):
        status, answer, _ = self.ask(path, body)
        assert status in (200, 202), f"{path}: {status} {answer}"
        self.acknowledged.append((path, body))

    def move(self, time_ns):
        body = json.dumps({"unix_ns": str(time_ns)}).encode()
        status, answer, _ = self.ask("/v1/simulation/clock", body, "application/json")
        # A kill after the move was kept leaves the clock there; going there again is no step back.
        assert status == 200, f"{status} {answer}"

    def under_fire(self, work, kills):
        """Kills the service at least `kills` times while `work` runs, again and again if it ends too soon."""
        done = threading.Event()
        failures = []

        def run():
            try:
                work()
            except BaseException as failure:  # pylint: disable=broad-except
                failures.append(failure)
            done.set()

        worker = threading.Thread(target=run)
        worker.start()
        for _ in range(kills):
            done.wait(self.moments.uniform(0.0, 0.12))
            self.kill()
        worker.join(300)
        assert not failures, failures[0]
        assert done.is_set(), "it does not come to an end"
        self.check()

    def check(self):
        for number, (path, body) in enumerate(self.acknowledged):
            status, answer, _ = self.ask(path, body)
            held = status == 200 or (status == 409 and path.startswith("/v1/evidence/"))  # The audit is closed.
            if number >= self.onboardings and self.may_be_put_away:  # A header of what is put away is new again.
                held = held or status == (202 if path == "/v1/headers" else 410)
            assert held, f"{path} was acknowledged and is answered {status} {answer} after a kill"


def messages(bin_dir, block):
    made = subprocess.run([bin_dir / "verifier-epoch", "messages", str(EPOCH), block], capture_output=True, text=True,
                          check=True)
    return json.loads(made.stdout)


def run(bin_dir, node):
    fire = Killed(bin_dir, node.url)
    service = fire.service
    try:
        fire.move(OPENING - 9 * ROUND * SECOND)

        def onboard():
            for batch in messages(bin_dir, "-")["onboardings"]:
                fire.post("/v1/headers", bytes.fromhex(batch["header"]))
                fire.post("/v1/bodies", bytes.fromhex(batch["body"]))

        fire.under_fire(onboard, 2)
        fire.onboardings = len(fire.acknowledged)
        fire.move(OPENING - 5 * ROUND * SECOND)  # Commits to the entropy, if it had not.
        node.call("anvil_mine", "0x4")
        fire.move(OPENING - 4 * ROUND * SECOND)  # And learns its block, which the log names.
        for minute in range(-3, ROUNDS + 2, 5):
            fire.under_fire(lambda to=OPENING + minute * ROUND * SECOND: fire.move(to), 1)
        fire.move(END + ROUND * SECOND)
        block = next(line.split(", ")[-1].strip() for line in service.log().splitlines()
                     if f"epoch {EPOCH}: entropy takes block" in line)
        sent = messages(bin_dir, block.removeprefix("0x"))
        assert len(sent["batches"]) > 20, "somebody speaks"
        fire.under_fire(lambda: [fire.post("/v1/headers", bytes.fromhex(b["header"])) for b in sent["batches"]], 4)
        fire.move(REVEAL)
        fire.under_fire(lambda: [fire.post("/v1/bodies", bytes.fromhex(b["body"])) for b in sent["batches"]], 4)
        for step in range(6):  # Epochs commit to blocks to come, and one of their rounds draws the audits.
            node.call("anvil_mine", "0x4")
            fire.move(REVEAL + (step + 1) * 10 * ROUND * SECOND)
        fire.under_fire(lambda: fire.move(DRAW + 120 * SECOND), 2)
        bring_evidence(fire, sent)
        seals = seal(fire)
        judge(fire, sent, seals)
        audit(bin_dir, service)
        assert service.stop() == 0, "SIGTERM ends the service in good order"
        print(f"kill9: {fire.kills} kills over an epoch, {len(fire.acknowledged)} acknowledged requests, none lost; "
              f"{len(seals)} seals, none changed")
    finally:
        service.remove()


def bring_evidence(fire, sent):
    asked = 0

    def bring():
        nonlocal asked
        for evidence in sent["evidence"]:
            path = "/v1/evidence/" + evidence["report"]
            for chunk in evidence["chunks"][:-1]:  # Never whole: the audit stays open.
                status, answer, _ = fire.ask(path, bytes.fromhex(chunk))
                assert status in (200, 202, 404), f"{path}: {status} {answer}"
                if status == 404:
                    break  # Rules 1 to 3 refused it, so nobody asks.
                asked += 1
                fire.acknowledged.append((path, bytes.fromhex(chunk)))

    fire.under_fire(bring, 4)
    assert asked >= 10, f"{asked} chunks were asked for"


def seal(fire):
    """Seals epoch after epoch under fire; a seal that was seen stays."""
    seals = {}
    fire.may_be_put_away = True

    def seen():
        for epoch in range(EPOCH, EPOCH + 6):
            status, answer, _ = fire.ask(f"/v1/epochs/{epoch}/seal")
            if status == 200:
                assert seals.setdefault(epoch, answer) == answer, f"the seal of epoch {epoch} changed"

    for number in range(6):
        fire.under_fire(lambda to=END + GRACE + number * ROUNDS * ROUND * SECOND: fire.move(to), 2)
        seen()
    seen()
    assert len(seals) == 6, f"{len(seals)} of 6 epochs are sealed"
    return seals


def judge(fire, sent, seals):
    assert EPOCH in seals
    _, summary, _ = fire.ask(f"/v1/epochs/{EPOCH}")
    verdicts = [verdict["id"] for verdict in summary["verdicts"]]
    assert len(verdicts) == len(set(verdicts)), "a message was judged twice"
    wanted = {name for batch in sent["onboardings"] + sent["batches"] for name in batch["ids"]}
    assert set(verdicts) == wanted, f"{len(wanted ^ set(verdicts))} messages differ"
    reasons = {verdict["reason"] for verdict in summary["verdicts"]}
    assert "ok" in reasons, reasons
    _, metrics, _ = fire.ask("/metrics")
    text = metrics if isinstance(metrics, str) else metrics.decode()
    assert "earshot_evidence_epochs 0\n" in text, "snippets of sealed epochs are kept"
    assert "earshot_message_epochs 0\n" in text, "messages of sealed epochs are kept"
    assert f"earshot_epoch_oldest_kept {EPOCH + 6}\n" in text, "messages of sealed epochs are kept"
    assert f"epoch {EPOCH}: " in fire.service.log() and "are put away, its record has them" in fire.service.log()
    for body in (bytes.fromhex(batch["body"]) for batch in sent["batches"]):
        status, answer, _ = fire.ask("/v1/bodies", body)
        assert status in (404, 410), f"a report of an epoch that is put away is answered {status} {answer}"
    for name in (sent["batches"][0]["ids"][0], sent["onboardings"][0]["ids"][0]):
        status, why, _ = fire.ask(f"/v1/epochs/{EPOCH}/explain/{name}")
        assert status == 200 and why["verdict"], f"{name} is explained {status} {why}"


def audited(bin_dir, log):
    found = subprocess.run([bin_dir / "earshot", "audit", "--epoch", str(EPOCH), "--log", str(log), "--json"],
                           capture_output=True, text=True, timeout=120)
    return found.returncode, json.loads(found.stdout), found.stderr


def copy_of_epoch(service, folder):
    """What the service publishes of the epoch and of the network log, as files; the log's size."""
    def fetch(path, name):
        status, data, _ = service.request(path)
        assert status == 200, (path, status)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return data
    for part in ("record", "seal", "artifact", "policy"):
        fetch(f"/v1/epochs/{EPOCH}/{part}", f"epoch-{EPOCH}.{part}" + (".toml" if part == "policy" else ""))
    fetch("/healthz", "healthz")
    size = int(fetch("/network/checkpoint", "network/checkpoint").decode().splitlines()[1])
    for level in range(3):
        count = size >> 8 * level
        for index in range((count + 255) // 256):
            width = min(256, count - 256 * index)
            suffix = f"{index:03d}" + ("" if width == 256 else f".p/{width}")
            for kind in ("entries", "0") if level == 0 else (str(level),):
                fetch(f"/network/tile/{kind}/{suffix}", f"network/tile/{kind}/{suffix}")
    return size


def audit(bin_dir, service):
    code, out, errors = audited(bin_dir, f"http://127.0.0.1:{service.port}")
    assert code == 0 and out["identical"] and out["network_log_at_hand"], (out, errors)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        size = copy_of_epoch(service, folder)
        code, out, errors = audited(bin_dir, folder)
        assert code == 0 and out["identical"] and out["network_log_at_hand"], (out, errors)
        bundle = next((folder / "network/tile/entries").glob("000*"))
        bundle = bundle if bundle.is_file() else next(bundle.iterdir())
        whole = bundle.read_bytes()
        start = 0
        for _ in range(3):  # An entry is its length in two bytes and itself.
            start += 2 + int.from_bytes(whole[start:start + 2], "big")
        bundle.write_bytes(whole[:start + 40] + bytes([whole[start + 40] ^ 1]) + whole[start + 41:])
        code, out, errors = audited(bin_dir, folder)
        assert code == 1 and not out["identical"], out
        assert errors.count("\n") == 1 and f"epoch {EPOCH} differs: network log entry 3 (message " in errors, errors
    print(f"audit: epoch {EPOCH} of a log of {size} entries judged again over HTTP and from files; an altered one named")


def main():
    bin_dir = pathlib.Path(sys.argv[1]).resolve()
    source = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).resolve().parents[2]
    if not find_anvil().exists():
        print(f"skipped: no anvil at {find_anvil()}")
        return
    node = Anvil(int(time.time()))
    try:
        run(bin_dir, node)
    finally:
        node.stop()


if __name__ == "__main__":
    main()
