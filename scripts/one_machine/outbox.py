"""What a hotspot's daemon knows to be acknowledged, from its outbox on disk (hotspot/journal.h, outbox_record.h): read
beside the running daemon, by other code than its own."""
import hashlib
import struct

BODY_BYTES = {1: 203, 2: 153, 3: 41, 4: 171}  # docs/PROTOCOL.md
TYPES = {1: "onboarding", 2: "beacon", 3: "silence", 4: "witness"}
SIGNED_HEADER_BYTES = 188
SIGNED, PROGRESS = 3, 4  # Events.
DELIVERED = 2  # A batch whose header and body were both answered 2xx.


def records(data):
    """The whole records of a journal; a torn one at the end is left out."""
    at = 0
    while at + 8 <= len(data) and data[at:at + 4] == b"EJ01":
        length = struct.unpack_from(">I", data, at + 4)[0]
        end = at + 8 + length + 8
        if end > len(data) or hashlib.sha256(data[at + 4:at + 8 + length]).digest()[:8] != data[end - 8:end]:
            return
        yield data[at + 8:at + 8 + length]
        at = end


def messages(batch, network):
    """(id, type name, round) of each message of a batch as it is posted."""
    at = 32
    while at < len(batch):
        kind = batch[at]
        body = batch[at + 1:at + 1 + BODY_BYTES[kind]]
        name = TYPES[kind]
        prefix = b"earshot/v1/" + name.encode() + b"\0" + struct.pack(">Q", network)
        yield hashlib.sha256(prefix + body).hexdigest(), name, struct.unpack_from(">Q", body, 32)[0]
        at += 1 + BODY_BYTES[kind]


def acknowledged(path, network):
    """{id: (type name, round)} of every message whose body the verifier has answered 2xx."""
    batches, taken = {}, {}
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return taken
    for record in records(data):
        if record[0] == SIGNED:
            sequence = struct.unpack_from(">Q", record, 1 + 40)[0]
            batches[sequence] = record[1 + SIGNED_HEADER_BYTES:]
        elif record[0] == PROGRESS:
            sequence, state = struct.unpack_from(">QB", record, 1)
            if state == DELIVERED and sequence in batches:
                for identity, name, number in messages(batches[sequence], network):
                    taken[identity] = (name, number)
    return taken
