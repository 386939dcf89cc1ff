#!/usr/bin/env python3
"""Three verifiers that judge one network, each a process with its own stores, and a real node. They talk to each other
over TLS, with certificates of an authority that is in no system's store. They get the same messages in another order
and not all of them, agree on the set and the seal, sign, and any of them has the signatures that settle the epoch. One
of them then equivocates, signs another root, and withholds its signature: the epoch settles each time, and what it did
is a file that `earshot epoch accuse` checks.

quorum_test.py BIN_DIR SOURCE_DIR
"""
import base64
import hashlib
import http.server
import json
import pathlib
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from anvil import Anvil
from certificates import make_tls
from verifierd import Verifierd

BIN = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(sys.argv[2]).resolve()
MINUTE = 60
EPOCH_SECONDS = 12 * MINUTE
FIRST = 2_400_000
GRACE = 7200
NAMES = ("ada", "bob", "cyd")  # Verifiers; cyd is the one that goes wrong.
HELD = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"  # Anvil's second account, whose key it keeps to itself.


def run(*words, stdin=None, code=0):
    result = subprocess.run(list(map(str, words)), input=stdin, capture_output=True, text=True, timeout=300)
    assert result.returncode == code, (words, result.returncode, result.stdout, result.stderr)
    return result.stdout


def world(*words, stdin=None):
    return json.loads(run(BIN / "quorum-world", *words, stdin=stdin and json.dumps(stdin)))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Front:
    """Stands before a verifier: its API, or what `change(path, status, body)` makes of an answer. Over TLS or not."""

    def __init__(self, tls=None, trust=None):
        self.behind = None
        self.change = None
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                try:
                    with urllib.request.urlopen(front.behind + self.path, timeout=60, context=trust) as answer:
                        status, body = answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    status, body = error.code, error.read()
                except OSError:  # It is down.
                    status, body = 502, b""
                if front.change:
                    status, body = front.change(self.path, status, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Network:
    """With channels the payer gets what nobody earned, so that it has tokens to pay with, and the key of bob's account is
    in another program, the node, which signs epochs and reservations for it. With TLS the verifiers serve https only,
    and the tool, which speaks none, comes through a front on its own machine.

    Used by `with`: shows the verifiers' logs when the test fails, and leaves nothing behind.
    """

    def __init__(self, has_channels=False, has_tls=False):
        self.folder = folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-quorum-"))
        self.has_channels = has_channels
        self.tls = make_tls(folder) if has_tls else None
        self.trust = has_tls and ssl.create_default_context(cafile=self.tls.ca) or None
        self.keys = {}
        for name in NAMES:
            for kind in ("log", "evm"):
                self.keys[name, kind] = json.loads(run(BIN / "earshot", "key", "new", folder / f"{name}.{kind}"))
        self.keys["payer"] = json.loads(run(BIN / "earshot", "key", "new", folder / "payer"))
        if has_channels:
            self.keys["bob", "evm"] = {"account": HELD}
        self.start = FIRST * EPOCH_SECONDS - 30 * MINUTE
        self.node = Anvil(self.start - 60)
        self.node.fund(self.keys["payer"]["account"])
        self.policy = folder / "policy.toml"
        text = run(BIN / "quorum-world", "policy")
        if has_channels:
            text = re.sub('(?m)^reserve_account = ".*"', f'reserve_account = "{self.keys["payer"]["account"]}"', text)
        self.policy.write_text(text)
        signers = [word for name in NAMES for word in ("--signer", self.keys[name, "evm"]["account"])]
        self.contract = json.loads(run(
            BIN / "earshot", "chain", "deploy", "--rpc", self.node.url, "--key", folder / "payer", "--policy",
            self.policy, "--first-epoch", FIRST, "--activation-delay", 0, "--wait", "mined", "--journal",
            folder / "deploy", *signers))["contract"]
        # Between cyd and the others, so that it can go wrong. Those two talk to each other directly.
        self.fronts = {("cyd", to): Front(self.tls, self.trust) for to in ("ada", "bob")}
        self.ports = {name: free_port() for name in NAMES}
        self.verifiers = {name: self.make_verifier(name) for name in NAMES}
        self.tool_fronts = {name: Front(None, self.trust) for name in NAMES} if has_tls else {}
        for name in NAMES:
            self.verifiers[name].start()
        for front in self.fronts.values():
            front.behind = self.address("cyd")
        for name, front in self.tool_fronts.items():
            front.behind = self.address(name)
        self.now = None

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        if failure:
            for name in NAMES:
                print(f"--- {name}\n{self.verifiers[name].log()[-6000:]}", file=sys.stderr)
        for service in self.verifiers.values():
            if service.process and service.process.poll() is None:
                service.kill()
        self.node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name):
        """Where a verifier is, for other verifiers."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.ports[name]}"

    def url(self, name):
        """Where it is for the tool."""
        return self.tool_fronts[name].url if self.tls else self.address(name)

    def log_key(self, name):
        key = b"\x01" + bytes.fromhex(self.keys[name, "log"]["hotspot"])
        key_id = hashlib.sha256(f"example.org/{name}\n".encode() + key).hexdigest()[:8]
        return f"example.org/{name}+{key_id}+{base64.b64encode(key).decode()}"

    def make_verifier(self, name):
        peers = "".join(
            f'[[peers]]\nurl = "{self.fronts[other, name].url if other == "cyd" else self.address(other)}"\n'
            f'log_key = "{self.log_key(other)}"\naddress = "{self.keys[other, "evm"]["account"]}"\n' for other in NAMES if other != name)
        account = f'key_file = "{self.folder}/{name}.evm"\n'
        if self.keys[name, "evm"]["account"] == HELD:
            account = f'signer_url = "{self.node.url}"\nsigner_account = "{HELD}"\n'
        directory = self.folder / name
        directory.mkdir()
        service = Verifierd(
            BIN, directory=directory, port=self.ports[name], node=self.node.url, virtual=True, tls=self.tls,
            extra=f'[entropy]\ncommit_ahead_seconds = 600\n'
                  f'[identity]\nname = "example.org/{name}"\nkey_file = "{self.folder}/{name}.log"\n'
                  f'[quorum]\nthreshold = 2\nfirst_epoch = {FIRST}\ncontract = "{self.contract}"\n'
                  f'{account}step_seconds = 60\n' +
                  (f'ca_file = "{self.tls.ca}"\n' if self.tls else "") +
                  (f'[channels]\ncontract = "{self.contract}"\n{account}' if self.has_channels else "") + peers)
        text = service.config.read_text().replace(f"{SOURCE}/rewards/policies/earshot-1.toml", str(self.policy))
        service.config.write_text(text)
        return service

    def get(self, name, path):
        status, body, _ = self.verifiers[name].request(path)
        assert status == 200, (name, path, status, body)
        return body

    def step(self, seconds):
        for service in self.verifiers.values():
            if service.process.poll() is not None:  # Killed by a test.
                continue
            status, body, _ = service.request("/v1/simulation/clock", b'{"unix_ns":"%d"}' % (seconds * 10**9))
            assert status == 200, (body, service.log())
        self.now = seconds

    def go(self, until, with_links=True):
        """All together, minute by minute, and a second later; the links of a round need its first seconds, too."""
        if self.now is None:
            self.step(self.start)
        while self.now < until:
            minute = self.now // MINUTE * MINUTE
            if with_links and self.now < minute + 2:
                self.step(minute + 2)
                self.step(minute + 3)
            self.now = minute + MINUTE
            self.node.mine_at(self.now)
            self.step(self.now)
            self.step(self.now + 1)  # Audits are drawn just after a minute: the next step of agreeing is its own.

    def post(self, name, what, batch):
        part = "header" if what == "headers" else "body"
        status, body, _ = self.verifiers[name].request(f"/v1/{what}", bytes.fromhex(batch[part]))
        assert status == 202, (name, status, body)

    def entropy(self, epoch):
        """What hotspots learn by round, here whole: links of all verifiers, and the block."""
        order = [v["address"] for v in self.get("ada", "/v1/quorum/verifiers")["verifiers"]]
        links = []
        for number in range(epoch * 12, epoch * 12 + 12):
            lines = self.get("ada", f"/v1/quorum/links/{number}").decode().split("\n\n")[0].splitlines()[2:]
            row = {"0x" + line.split()[0]: line.split()[1] for line in lines}
            links.append([row.get(address, "00" * 32) for address in order])
        wanted = self.get("ada", f"/v1/rounds/{epoch * 12}")["entropy"]
        mixed = bytes(a ^ b ^ c for a, b, c in zip(*(bytes.fromhex(link) for link in links[0])))
        head = int(self.node.call("eth_blockNumber"), 16)
        for number in range(head, 0, -1):
            block = self.node.call("eth_getBlockByNumber", hex(number), False)["hash"][2:]
            text = b"earshot/v1/entropy" + (epoch * 12).to_bytes(8, "big") + bytes.fromhex(block) + mixed
            if hashlib.sha256(text).hexdigest() == wanted:
                return {"block": block, "links": links, "threshold": 2}
        raise AssertionError("no block gives the entropy that was published")

    def seal_of(self, name, epoch):
        return self.get(name, f"/v1/epochs/{epoch}/record"), self.get(name, f"/v1/epochs/{epoch}/seal")

    def submit(self, epoch, gather):
        return json.loads(run(
            BIN / "earshot", "chain", "submit", "--rpc", self.node.url, "--contract", self.contract, "--epoch", epoch,
            "--log", self.url(gather), "--gather", self.url(gather), "--key", self.folder / "payer", "--wait", "mined",
            "--journal", self.folder / f"submit-{epoch}"))

    def evidence(self, name, begins):
        names = [n for n in self.get(name, "/v1/quorum/evidence") if n.startswith(begins)]
        assert len(names) == 1, (name, begins, names, self.verifiers[name].log())
        path = self.folder / names[0]
        proof = self.get(name, f"/v1/quorum/evidence/{names[0]}")
        path.write_text(json.dumps(proof))
        return path


def equivocate(network, epoch):
    """To bob, cyd's closing of the epoch is another one: of another root, without its last message."""
    contents = {}
    log_name = "example.org/cyd"

    def change(path, status, body):
        if path in contents:
            return 200, contents[path]
        if path != f"/v1/quorum/statements/{epoch}/closing" or status != 200:
            return status, body
        notes = []
        for note in json.loads(body):
            if not note.startswith(log_name + "\n"):
                continue
            status, content, _ = network.verifiers["cyd"].request(
                "/v1/quorum/contents/" + note.splitlines()[3].split()[4])
            if status != 200:  # The other one, which bob told cyd of.
                continue
            other = world("equivocate", network.folder / "cyd.log", log_name,
                          stdin={"note": note, "content": content.hex(), "members": 3})
            contents["/v1/quorum/contents/" + hashlib.sha256(bytes.fromhex(other["content"])).hexdigest()] = \
                bytes.fromhex(other["content"])
            notes.append(other["note"])
        return 200, json.dumps(notes).encode()

    network.fronts["cyd", "bob"].change = change


def sign_another_root(network, epoch):
    def change(path, status, body):
        if path != f"/v1/quorum/signatures/{epoch}" or status != 200:
            return status, body
        own = [s for s in json.loads(body) if s["signer"].lower() == network.keys["cyd", "evm"]["account"].lower()]
        return 200, json.dumps([world("other-root", network.folder / "cyd.evm", stdin=s) for s in own]).encode()

    for to in ("ada", "bob"):
        network.fronts["cyd", to].change = change


def withhold_signature(network, epoch):
    def change(path, status, body):
        return (404, b"{}") if path == f"/v1/quorum/signatures/{epoch}" else (status, body)

    for to in ("ada", "bob"):
        network.fronts["cyd", to].change = change


def speak(network, epoch, shuffled):
    """Everything hotspots have to say; each verifier gets it in an order of its own, and one of them some of it late."""
    batches = world("speak", epoch, epoch - FIRST + 2, stdin=network.entropy(epoch))
    assert all(len(batch["body"]) > 200 for batch in batches)
    end = (epoch + 1) * EPOCH_SECONDS
    order = {name: shuffled.sample(range(len(batches)), len(batches)) for name in NAMES}
    late = {("bob", 0), ("cyd", 1)}  # Their headers come after the deadline of most rounds.
    missing = {("ada", 2)}
    for minute in (2, 12):
        network.go(end + minute * MINUTE, with_links=False)
        for name in NAMES:
            for i in order[name]:
                if ((name, i) in late) == (minute == 12) and (name, i) not in missing:
                    network.post(name, "headers", batches[i])
    network.go(end + 17 * MINUTE, with_links=False)
    for name in NAMES:
        for i in reversed(order[name]):
            if (name, i) not in missing:
                network.post(name, "bodies", batches[i])


def check_settled(network, epoch, signers):
    seals = {name: network.seal_of(name, epoch) for name in NAMES}
    assert seals["ada"] == seals["bob"] == seals["cyd"], "the seals differ"
    summary = network.get("ada", f"/v1/epochs/{epoch}")
    reasons = {}
    for verdict in summary["verdicts"]:
        reasons[verdict["reason"]] = reasons.get(verdict["reason"], 0) + 1
    assert reasons.get("ok", 0) > 20, reasons
    held = {s["signer"].lower() for s in network.get("ada", f"/v1/quorum/signatures/{epoch}")}
    assert held == {network.keys[name, "evm"]["account"].lower() for name in signers}, (held, network.verifiers["ada"].log())
    submitted = network.submit(epoch, "bob")
    assert submitted["root"][2:] == summary["rewards_root"] and submitted["block"], submitted
    return reasons


def accuse(path, *more, code=0):
    return run(BIN / "earshot", "epoch", "accuse", path, *more, code=code)


def check_proofs(network):
    url = network.url("ada")
    equivocation = network.evidence("ada", "equivocation")
    proven = json.loads(accuse(equivocation))
    assert proven["who"] == network.log_key("cyd") and "two roots of its log" in proven["proven"], proven
    network.evidence("bob", "equivocation")
    other = network.evidence("bob", "other-root")
    accuse(other, code=2)
    proven = json.loads(accuse(other, "--log", url))
    assert proven["who"].lower() == network.keys["cyd", "evm"]["account"].lower(), proven
    forged = network.folder / "forged"
    forged.write_text(other.read_text().replace('"log_size": "', '"log_size": "1'))
    accuse(forged, "--log", url, code=65)
    honest = network.folder / "honest"
    honest.write_text(json.dumps({"kind": "other_root",
                                  "signed": network.get("ada", f"/v1/quorum/signatures/{FIRST}")[0]}))
    accuse(honest, "--log", url, code=1)


def main():
    begun = time.monotonic()
    with Network(has_tls=True) as network:
        shuffled = random.Random(5)
        network.go(FIRST * EPOCH_SECONDS - 11 * MINUTE, with_links=False)
        for batch in world("onboard", FIRST):
            for name in NAMES:
                network.post(name, "headers", batch)
                network.post(name, "bodies", batch)
        network.go(FIRST * EPOCH_SECONDS, with_links=False)
        wrongs = (None, equivocate, sign_another_root, withhold_signature)
        for number, wrong in enumerate(wrongs):
            epoch = FIRST + number * STRIDE
            for front in network.fronts.values():
                front.change = None
            network.go(epoch * EPOCH_SECONDS, with_links=False)
            network.go((epoch + 1) * EPOCH_SECONDS)
            if wrong:
                wrong(network, epoch)
            speak(network, epoch, shuffled)
            network.go((epoch + 1) * EPOCH_SECONDS + 75 * MINUTE, with_links=False)
            network.go((epoch + 1) * EPOCH_SECONDS + 77 * MINUTE)
            network.go((epoch + 1) * EPOCH_SECONDS + GRACE + 3 * MINUTE, with_links=False)
            for quiet in range(FIRST if number == 0 else epoch - STRIDE + 1, epoch):
                network.submit(quiet, "ada")
            signers = NAMES if wrong in (None, equivocate) else NAMES[:2]
            reasons = check_settled(network, epoch, signers)
            print(f"epoch {epoch}, {wrong.__name__ if wrong else 'honest'}: settled, {reasons}", flush=True)
        check_proofs(network)
        logs = [network.verifiers[name].request("/healthz")[1]["log_root"] for name in NAMES]
        assert len(set(logs)) == 3, "the intake logs should differ"
        print(f"quorum: {len(wrongs)} epochs settled in {time.monotonic() - begun:.0f} s")


# Scenarios begin so many epochs after each other that each is sealed before the next ends.
STRIDE = 12

if __name__ == "__main__":
    main()
