"""What a person sees: a table that is drawn anew on a terminal, a line an event elsewhere, or an object an event."""
import json
import sys
import threading
import time

from . import plan

TOKEN = 10**18
EPOCHS_SHOWN = 8
LINES_SHOWN = 6


def tokens(base_units):
    return f"{base_units / TOKEN:,.1f}".replace(",", " ")


def table(rows, right):
    """Lines; columns whose number is in `right` are right-aligned."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def hotspot_rows(stage, epochs):
    settled = epochs.last_settled()
    last = epochs.of.get(settled)
    paid = last.paid if last else {}
    rows = [("hotspot", "beacons", "witnessed", "outbox", "tier", "paid", "state")]
    for hotspot in stage.hotspots:
        totals = hotspot.totals()
        waiting = str(hotspot.status["delivery"]["undelivered"]) if hotspot.status else "-"
        tier = last.tiers.get(hotspot.key, "-") if last else "-"
        owner = stage.accounts[hotspot.site.owner].lower()
        rows.append((hotspot.name, str(totals["beacons"]) if hotspot.site.transmits else "-", str(totals["reports"]),
                     waiting, tier, tokens(paid.get(owner, 0)), state_of(hotspot)))
    return rows


def state_of(hotspot):
    if not hotspot.is_running():
        return "down"
    if hotspot.status is None:
        return "starts"
    if not hotspot.status["radio"]["hears"]:
        return "hears nothing"
    return "ok" if hotspot.status["delivery"]["verifier_answers"] else "no verifier"


def epoch_rows(stage, epochs):
    marks = ("sealed", "judged", "submitted", "finalized")
    rows = [("epoch", "ended", *marks, "accepted", "not")]
    settled = epochs.last_settled() or stage.first_epoch
    begun = sorted(epochs.of)
    shown = [number for number in begun if number >= settled - EPOCHS_SHOWN + 3][:EPOCHS_SHOWN]
    order = ("on air", "grace", *marks)
    for number in shown:
        epoch = epochs.of[number]
        reached = order.index(epoch.state)
        counts = epoch.counts()
        accepted = counts.pop("accepted", 0)
        rows.append((str(number), "+" if reached >= 1 else "", *("+" if reached >= order.index(mark) else "" for mark in marks),
                     str(accepted) if reached >= 3 else "", str(sum(counts.values())) if reached >= 3 else ""))
    left = len(begun) - len(shown)
    return rows, left


class View:
    def __init__(self, mode):
        """`mode`: "table" on a terminal, "lines", "json"."""
        self.mode, self.lock = mode, threading.Lock()
        self.stage = self.epochs = None
        self.recent, self.drawn = [], 0
        self.started = time.monotonic()
        self.all = []

    def event(self, kind, line, **more):
        """From any thread."""
        with self.lock:
            at = time.strftime("%H:%M:%S", time.gmtime(self.stage.now)) if self.stage else "--:--:--"
            self.all.append((kind, line, more))
            if self.mode == "json":
                print(json.dumps({"time": at, "event": kind, "line": line, **more}), flush=True)
            elif self.mode == "lines":
                print(f"{at}  {line}", flush=True)
            else:
                self.recent = (self.recent + [f"{at}  {line}"])[-LINES_SHOWN:]

    def draw(self):
        if self.mode != "table" or self.stage is None or self.epochs is None:
            return
        with self.lock:
            lines = self.lines()
            sys.stdout.write(f"\033[{self.drawn}F" if self.drawn else "")
            sys.stdout.write("".join(f"\033[K{line[:160]}\n" for line in lines) + "\033[J")
            sys.stdout.flush()
            self.drawn = len(lines)

    def lines(self):
        stage = self.stage
        minutes = (stage.now - stage.opening) / 60
        speed = max(0.0, stage.now - stage.opening) / max(1.0, time.monotonic() - self.started)
        rows, left = epoch_rows(stage, self.epochs)
        first = 1 + plan.GRACE // plan.EPOCH
        note = f"  and {left} more; an epoch is sealed {plan.GRACE // 60} minutes after its end" if left > 0 else ""
        wait = "" if self.epochs.last_settled() else f" (the first settles after about {first * plan.EPOCH // 60})"
        return [f"minute {minutes:.0f}{wait}, {speed:.0f} times real time   verifier {stage.url}   chain {stage.node.url}",
                "", *table(hotspot_rows(stage, self.epochs), (1, 2, 3, 5)), "", *table(rows, (6, 7)), note, "",
                *self.recent]

    def report(self, lines):
        """The end's summary, in every mode but json, where it is one event."""
        with self.lock:
            for line in lines:
                if self.mode != "json":
                    print(line)
            sys.stdout.flush()
