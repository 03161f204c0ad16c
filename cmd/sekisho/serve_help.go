package main

const serveHelp = `Verifies the clients of a proxy that terminates TLS and hands over the client's
certificate chain in a header, URL-encoded PEM, as an ALB in passthrough mode
does, or nginx with $ssl_client_escaped_cert. The proxy must set that header
itself and never pass on a client's own.

With an upstream, accepted requests are passed on to it. Whatever the client says
about its own identity is removed, and set is what was verified: Client-Cert
(RFC 9440), X-Sekisho-Subject, -Issuer, -Serial, -Fingerprint and -San, in
printable ASCII with everything else percent-encoded. Headers by which frameworks
let a client change path or method (X-Forwarded-Prefix and the like), or name a
user (Remote-User, X-Forwarded-User and the like), are removed too, in any
spelling. A connection changes to web sockets only: any other protocol would be a
way past the verifier. A web socket that is open stays open when its client is
revoked. Without an upstream the answer is the identity as JSON.

/auth answers a proxy that asks whether it may pass a request on: 200 with the
same headers, 401 without a certificate, 403 with a reason, 503 when nothing can
be decided. With rules it has to be told what the request is: set "proxy" to
nginx (X-Original-Method and X-Original-URI, which nginx must set to
$request_method and $request_uri) or to traefik (X-Forwarded-Method and
X-Forwarded-Uri, which Traefik sets). The application's own /auth, where it has
one, is not reached through the verifier; /auth/ and what is below it is.

Who can connect can claim to be anybody, so it listens on loopback only, unless
--trusted-proxy names the network of the proxies; nobody else is answered.

The configuration, with one of "bucket" and "files":

  {
    "gate": {                          what the verify function is told; all optional
      "header": "X-Amzn-Mtls-Clientcert",
      "revocation": "require",         or require-leaf, allow-missing, off
      "grace": "0s",                   how long past its next update a list counts
      "maxSnapshotAge": "5s",          how old lists and rules may be unchecked
      "snapshotGrace": "5m",           for how long that check may fail
      "port": 443, "proto": "https",   what X-Forwarded-Port and -Proto must be
      "healthPath": "/healthz",
      "upstream": "http://127.0.0.1:8080"
    },
    "bucket": {                        a refresher's; region and keys from the environment
      "name": "my-bucket",
      "caBundleSha256": "<the hash in ca/<hash>.pem>"
    },
    "files": {                         relative to the configuration
      "caBundle": ["ca.pem"],          read at the start
      "lists": ["root.crl", "issuing.crl"],
      "policy": "policy.json",         optional, as the next one
      "deny": "deny.json"
    },
    "proxy": "nginx"
  }

Lists, policy and deny list are taken up anew when their files change; all of
them must be readable. --status shows on a page of its own, on loopback, which
lists count and who comes. Every decision is one line of JSON on standard output.
SIGTERM ends it after the requests that are under way.`
