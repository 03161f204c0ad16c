"""Decides about the value of a certificate header, so many times, with the
verifier of the package cryptography. No list.

    python3 verify.py HEADER ROOT TIMES
"""

import datetime
import json
import statistics
import sys
import time
import urllib.parse

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

header, root, times = sys.argv[1:]
with open(header, encoding="ascii") as file:
    value = file.read()
with open(root, "rb") as file:
    store = Store([x509.load_pem_x509_certificate(file.read())])


def decide() -> None:
    leaf, *others = x509.load_pem_x509_certificates(urllib.parse.unquote(value).encode())
    now = datetime.datetime.now(datetime.timezone.utc)
    PolicyBuilder().store(store).time(now).build_client_verifier().verify(leaf, others)


walls = []
for _ in range(int(times)):
    begun = time.perf_counter_ns()
    decide()
    walls.append(time.perf_counter_ns() - begun)
print(json.dumps({"wall": int(statistics.median(walls))}))
