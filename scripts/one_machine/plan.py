"""What the network is: who takes part, where, by which policy; the configuration files."""
import dataclasses
import math

from anvil import ROOT

NETWORK = 31337  # Anvil's chain id.
ROUND = 60
EPOCH_ROUNDS = 3
EPOCH = EPOCH_ROUNDS * ROUND
HEADERS_AND_BODIES = 75 * ROUND  # Given: core/protocol.h. The last body of an epoch is due so long after its end.
GRACE = HEADERS_AND_BODIES + 5 * ROUND
AUDIT_ANSWER = 4 * ROUND
COMMIT_AHEAD = 2 * ROUND  # Below an epoch, so that registrations count in the very first one.
ACTIVATION = 30  # Seconds after its submission a root counts.
RATE_HZ = 625_000  # Holds EU868's three channels; the least that does costs least.
EARTH_M = 6_378_137
RADIUS_M = 2_500

NAMES = ("mill", "church", "station", "orchard", "quarry", "tower", "lakeside", "barn")
LISTENERS = ("orchard",)  # Receives only, as an RTL-SDR would.
MOST = len(NAMES)


@dataclasses.dataclass
class Site:
    name: str
    transmits: bool
    east_m: float
    north_m: float
    owner: int  # Of anvil's accounts.

    @property
    def latitude(self):
        return math.degrees(self.north_m / EARTH_M)

    @property
    def longitude(self):
        return math.degrees(self.east_m / EARTH_M)


def sites(count):
    """On a ring, so that everybody hears everybody."""
    places = []
    for i, name in enumerate(NAMES[:count]):
        angle = 2 * math.pi * i / count
        places.append(Site(name, name not in LISTENERS, RADIUS_M * math.cos(angle), RADIUS_M * math.sin(angle), i))
    return places


def policy_text():
    """earshot-1 with epochs of three minutes, in each of which every transmitter speaks once."""
    text = (ROOT / "rewards/policies/earshot-1.toml").read_text()
    for old, new in (('name = "earshot-1"', 'name = "earshot-1-minutes"'),
                     ("\nrounds = 1440 ", f"\nrounds = {EPOCH_ROUNDS} "),
                     ("grace_seconds = 28800 ", f"grace_seconds = {GRACE} "),
                     ("audit_answer_seconds = 21600 ", f"audit_answer_seconds = {AUDIT_ANSWER} "),
                     ("window_rounds = 360 ", f"window_rounds = {EPOCH_ROUNDS} "),
                     ("max_spreading_factor = 10 ", "max_spreading_factor = 8 "),
                     ("share_ppm = 20_000 ", "share_ppm = 200_000 ")):
        if old not in text:
            raise AssertionError(f"the policy says {old!r} no more")
        text = text.replace(old, new)
    return "".join(line.split("  #")[0].rstrip() + "\n" for line in text.splitlines())


def verifier_text(folder, port, node, address):
    return f"""network = {NETWORK}
policy_file = "{folder}/policy.toml"
[http]
address = "{address}"
port = {port}
drain_seconds = 5
[ingest]
key_requests_per_second = 0
strangers_per_second = 0
[store]
directory = "{folder}/verifier/store"
reserve_bytes = 0
[chain]
rpc_url = "{node}"
timeout_seconds = 2
[entropy]
commit_ahead_seconds = {COMMIT_AHEAD}
[simulation]
virtual_clock = true
"""


def hotspot_text(site, folder, verifier, owner, air, moves_clock, window_rounds=EPOCH_ROUNDS, timeout_s=20):
    """`air`: further arguments of the virtual air."""
    place = f"lat={site.latitude:.9f},lon={site.longitude:.9f},height=0"
    return f"""[hotspot]
key_file = "{folder}/key"
state_directory = "{folder}/state"
owner = "{owner}"
region = "EU868"
antenna_gain_dbi = 2.15
latitude_deg = {site.latitude:.9f}
longitude_deg = {site.longitude:.9f}
height_m = 0.0
transmit = {"true" if site.transmits else "false"}
clock = "gnss"
clock_error_ns = 100
[verifier]
url = "{verifier}"
network = {NETWORK}
timeout_s = {timeout_s}
audit_poll_s = 30
spread_s = 5
[source]
device = "driver=earshot_air,{place},gain_dbi=2.15,nf=8,faults={folder}/faults{air}"
rate_hz = {RATE_HZ}
gain = {{ LNA = 40, VGA = 0 }}
device_time = "utc"
[transmit]
gain = {{ PA = 14 }}
full_scale_dbm = 14.0
[status]
listen = "127.0.0.1:0"
[calibration]
full_scale_dbm = -60.0
sigma_db = 0.5
[evidence]
max_bytes = 67108864
[sortition]
window_rounds = {window_rounds}
min_spreading_factor = 7
max_spreading_factor = 8
[simulation]
lockstep = true
moves_verifier_clock = {"true" if moves_clock else "false"}
"""
