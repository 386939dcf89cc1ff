"""What has to hold when the network stops, whatever was done to it."""
import json
import urllib.error

from . import plan
from .outbox import acknowledged
from .stage import get


class Ledger:
    """What the daemons know to be acknowledged; journals are compacted, so it is read again and again."""

    def __init__(self, stage):
        self.stage, self.known = stage, {}

    def read(self):
        for hotspot in self.stage.hotspots:
            for identity, what in acknowledged(hotspot.folder / "state" / "outbox.journal", plan.NETWORK).items():
                self.known[identity] = (hotspot.name, *what)


def explanation(stage, epoch, identity):
    """The verifier's word on a message without a published verdict: its reason, or why there is none."""
    try:
        return json.loads(get(f"{stage.url}/v1/epochs/{epoch}/explain/{identity}")).get("reason", "no reason")
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"


def lost_messages(stage, epochs, ledger):
    """(problems, how many were judged, how many wait for their epoch's end)"""
    ledger.read()
    problems, judged, waiting, late = [], 0, 0, 0
    sealed = {number: epoch for number, epoch in epochs.of.items() if epoch.messages or epoch.verdicts
              or epoch.state in ("judged", "submitted", "finalized")}
    for identity, (name, kind, number) in sorted(ledger.known.items()):
        if kind == "onboarding":
            continue  # Its effect is in the registry of every epoch: judged as hotspots.
        epoch = number // plan.EPOCH_ROUNDS
        if epoch < stage.first_epoch:
            continue
        if epoch not in sealed:
            waiting += 1
            continue
        verdicts = sealed[epoch].messages.get(identity, 0)
        if verdicts == 1:
            judged += 1
        elif verdicts == 0 and explanation(stage, epoch, identity) == "after_seal":
            late += 1
        else:
            problems.append(f"{kind} {identity} of {name}, acknowledged, has {verdicts} verdicts in epoch {epoch}")
    return problems, judged, late, waiting


def unrecovered(stage, since):
    """`since`: {name: headers delivered} when the last fault was repaired."""
    problems = []
    for hotspot in stage.hotspots:
        status = hotspot.poll()
        if not hotspot.is_running() or status is None:
            problems.append(f"{hotspot.name} does not run")
        elif not status["radio"]["hears"]:
            problems.append(f"{hotspot.name} hears nothing")
        elif not status["delivery"]["verifier_answers"]:
            problems.append(f"{hotspot.name} does not reach the verifier")
        elif hotspot.totals()["headers"] <= since.get(hotspot.name, -1):
            problems.append(f"{hotspot.name} has delivered nothing since the repair")
    if not stage.verifier_answers():
        problems.append("the verifier does not answer")
    return problems


def unsettled(epochs, wanted):
    """Of the epochs `wanted` (those that are sealed, or had to be)."""
    return [f"epoch {number} is {epochs.of[number].state if number in epochs.of else 'unknown'}, not finalized"
            for number in wanted if number not in epochs.of or epochs.of[number].state != "finalized"]
