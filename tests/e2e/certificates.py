"""A certificate for this machine and who vouches for it, made afresh by the openssl command. Standard library only."""
import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass
class Tls:
    certificate: pathlib.Path
    key: pathlib.Path
    ca: pathlib.Path  # Vouches for the certificate, and for nothing else.


def make_tls(folder):
    made = Tls(folder / "tls.pem", folder / "tls.key", folder / "ca.pem")
    ca_key = folder / "ca.key"
    for words in (["-out", made.ca, "-keyout", ca_key, "-subj", "/CN=Test"],
                  ["-out", made.certificate, "-keyout", made.key, "-subj", "/CN=localhost", "-CA", made.ca, "-CAkey", ca_key,
                   "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                   "-days", "2", *words]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
    return made
