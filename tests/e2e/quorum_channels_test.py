#!/usr/bin/env python3
"""Three verifiers and payment channels, on a real node: a payer that shows each verifier another anchor cannot promise
its deposit twice; with one verifier down two open a channel, a hotspot is paid, the epoch settles with the debits, and
the hotspot's owner claims. Another verifier then keeps silent about channels: nothing changes.

quorum_channels_test.py BIN_DIR SOURCE_DIR
"""
import json
import subprocess
import time

from quorum_test import BIN, EPOCH_SECONDS, FIRST, GRACE, MINUTE, NAMES, Network, run

TOKEN = 10**18
DEPOSIT = 100 * TOKEN


class Channels(Network):
    def __init__(self):
        super().__init__(has_channels=True)
        self.submitted = FIRST - 1
        self.opened = 0
        self.domain = ["--contract", self.contract, "--chain-id", 31337]
        self.signers = [word for name in NAMES for word in ("--signer", self.keys[name, "evm"]["account"])]

    def urls(self, *names):
        return [word for name in names for word in ("--verifier", self.url(name))]

    def earshot(self, *words, code=0):
        """What it says: an object, or its line of error."""
        words = list(map(str, words))
        result = subprocess.run([BIN / "earshot", *words], capture_output=True, text=True, timeout=300, cwd=self.folder)
        assert result.returncode == code, (words, result.returncode, result.stdout, result.stderr,
                                           self.verifiers["ada"].log()[-3000:])
        return result.stderr if code else json.loads(result.stdout)

    def on_chain(self, command, *words):
        answer = self.earshot("chain", command, "--rpc", self.node.url, "--contract", self.contract, *words, "--wait",
                              "mined")
        for _ in range(3):
            self.node.call("evm_mine")
        return answer

    def onboard(self):
        for name in NAMES:
            made = run(BIN / "verifier-load", "onboard", self.verifiers[name].port, self.now // MINUTE)
        self.hotspot, secret = made.split()
        owner = self.folder / "owner"
        owner.write_text(secret + "\n")
        owner.chmod(0o600)
        self.owner = self.earshot("key", "show", "owner")["account"]

    def settle(self, epoch):
        """To the epoch's seal and everybody's signatures; all that is sealed goes on chain."""
        self.go((epoch + 1) * EPOCH_SECONDS + GRACE + 3 * MINUTE, with_links=False)
        while self.submitted < epoch:
            self.submitted += 1
            self.submit(self.submitted, "ada")

    def open(self, epoch, price, units):
        self.opened += 1
        name = f"channel-{self.opened}"
        self.earshot("channel", "open", *self.domain, "--key", "payer", "--hotspot", self.hotspot, "--epoch", epoch,
                     "--unit-price", price, "--units", units, "--purse", name + ".purse", "--out", name)
        return name

    def reserve(self, channel, names, threshold=None, code=0):
        return self.earshot("channel", "reserve", channel, *self.urls(*names), *self.domain, *self.signers, *(
            ["--threshold", threshold] if threshold else []), code=code)

    def pay(self, channel):
        voucher = self.earshot("channel", "pay", channel + ".purse")["voucher"]
        return self.earshot("channel", "take", channel, voucher, "--end", channel + ".end", *self.domain, *self.signers,
                            "--threshold", 2)

    def check_same(self, epoch, names, spent):
        seals = [self.seal_of(name, epoch) for name in names]
        assert all(seal == seals[0] for seal in seals), "the seals differ"
        for name in names:
            audit = self.earshot("audit", "--epoch", epoch, "--log", self.url(name))
            assert audit["identical"], audit
        status = self.earshot("chain", "status", "--rpc", self.node.url, "--contract", self.contract)
        assert int(status["paid_by_deposits"]) == spent, (status, spent)


def cannot_promise_twice(network, epoch):
    """Any two of the three anchors fit into the deposit; each verifier by itself would sign two."""
    for name, channel in zip(NAMES, [network.open(epoch, 4 * TOKEN, 10) for _ in NAMES]):
        if name == "cyd":
            refused = network.reserve(channel, ["cyd"], code=1)
            assert f"of {DEPOSIT} deposited {20 * TOKEN} are free" in refused, refused
            for other in ("ada", "bob"):
                network.reserve(channel, [other], code=1)
        else:
            network.reserve(channel, [name])
    too_few = network.earshot("channel", "pay", f"channel-{network.opened - 1}.purse")["voucher"]
    refused = network.earshot("channel", "take", f"channel-{network.opened - 1}", too_few, "--end", "none",
                              *network.domain, *network.signers, "--threshold", 2, code=1)
    assert "reservations of 1 verifiers, expected 2" in refused, refused


def pay_with_one_down(network, epoch):
    network.verifiers["cyd"].kill()
    channel = network.open(epoch, 10**16, 1000)
    assert network.reserve(channel, NAMES, threshold=2)["reservations"] == 2
    for _ in range(3):
        network.pay(channel)
    assert network.earshot("channel", "send", channel + ".end", *network.urls(*NAMES), "--threshold", 2)["verifiers"] == 2
    network.settle(epoch)
    network.check_same(epoch, ("ada", "bob"), 3 * 10**16)
    network.verifiers["cyd"].start()


def pay_with_one_silent(network, epoch):
    """Whatever has to do with channels, cyd does not say to the others; it was given the newest end."""
    for to in ("ada", "bob"):
        network.fronts["cyd", to].change = lambda path, status, body: (
            (404, b"{}") if path.startswith("/v1/channels/") or path.endswith("/channels") else (status, body))
    channel = network.open(epoch, 10**16, 1000)
    assert network.reserve(channel, NAMES)["reservations"] == 3
    network.pay(channel)
    network.earshot("channel", "send", channel + ".end", *network.urls("ada"))
    network.pay(channel)
    network.earshot("channel", "send", channel + ".end", *network.urls("bob"))
    network.settle(epoch)
    network.check_same(epoch, ("ada", "bob"), 5 * 10**16)
    assert "channels: example.org/cyd is left out" in network.verifiers["ada"].log()


def main():
    begun = time.monotonic()
    with Channels() as network:
        network.go(FIRST * EPOCH_SECONDS - 11 * MINUTE, with_links=False)
        network.onboard()
        network.settle(FIRST)
        network.on_chain("claim", "--epoch", FIRST, "--log", network.url("ada"), "--key", "payer")
        assert int(network.on_chain("deposit", "--key", "payer", "--amount", DEPOSIT)["deposit"]) == DEPOSIT
        epoch = network.now // EPOCH_SECONDS
        cannot_promise_twice(network, epoch)
        network.go((epoch + 1) * EPOCH_SECONDS, with_links=False)
        pay_with_one_down(network, epoch + 1)
        network.go(network.now + 2 * MINUTE, with_links=False)
        pay_with_one_silent(network, network.now // EPOCH_SECONDS)
        for name in ("ada", "bob"):
            paid = network.earshot("rewards", "proof", "--epoch", network.submitted, "--log", network.url(name), "--account",
                                   network.owner)
            (network.folder / f"proof-{name}").write_text(json.dumps(paid))
        claimed = network.on_chain("claim", "--proof", "proof-bob", "--key", "payer")
        assert int(claimed["balance"]) == 5 * 10**16, claimed
        print(f"channels: settled and claimed in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
