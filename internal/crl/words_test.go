package crl

import (
	"crypto/x509"
	"testing"
)

// TestWordsAreStable: metrics, records and documentation know these words.
func TestWordsAreStable(t *testing.T) {
	t.Parallel()
	for got, want := range map[Reason]string{
		ReasonUnreadable:                "unreadable",
		ReasonTooLarge:                  "too-large",
		ReasonTooManyLists:              "too-many-lists",
		ReasonUnknownIssuer:             "unknown-issuer",
		ReasonIssuerMayNotSign:          "issuer-may-not-sign-lists",
		ReasonBadSignature:              "bad-signature",
		ReasonSignatureAlgorithm:        "signature-algorithm",
		ReasonUnknownCriticalExtension:  "unknown-critical-extension",
		ReasonDelta:                     "delta",
		ReasonIndirect:                  "indirect",
		ReasonOnlyAttributeCertificates: "only-attribute-certificates",
		ReasonOnlySomeReasons:           "only-some-reasons",
		ReasonScoped:                    "scoped",
		ReasonNotYetValid:               "not-yet-valid",
		ReasonNoNextUpdate:              "no-next-update",
		ReasonBehind:                    "behind",
		ReasonRolledBack:                "rolled-back",
	} {
		if string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRevocationReasons(t *testing.T) {
	t.Parallel()
	names := map[int]string{
		0: "unspecified", 1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded",
		5: "cessationOfOperation", 6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise",
	}
	for code := range 256 {
		reason, err := revocationReason(byte(code))
		if (err == nil) != (names[code] != "") {
			t.Errorf("%d: got %v, %v", code, reason, err)
		}
		if err == nil && (int(reason) != code || reason.String() != names[code]) {
			t.Errorf("%d: got %v", code, reason)
		}
	}
	if NoReason.String() != "" || RevocationReason(7).String() != "reason 7" {
		t.Errorf("got %q and %q", NoReason, RevocationReason(7))
	}
}

func TestAlgorithmsHaveAHash(t *testing.T) {
	t.Parallel()
	taken := map[x509.SignatureAlgorithm]bool{}
	for _, algorithm := range GateAlgorithms() {
		taken[algorithm] = true
	}
	for algorithm := range x509.PureEd25519 + 1 {
		hash, family := hashOf(algorithm)
		if (family != familyNone) != taken[algorithm] || taken[algorithm] && !hash.Available() {
			t.Errorf("%v: got hash %v of family %v", algorithm, hash, family)
		}
	}
}

// TestGoldenIdentity: what is remembered of a list hangs on its identity, so
// that it must never change.
func TestGoldenIdentity(t *testing.T) {
	t.Parallel()
	issuer := fixtureIssuers(t)[0]
	for name, want := range map[string]Identity{
		"good":           "6e8c48d93075ddfefe910b2c3eecf8b3142845a087669010ed747043ba3e98ef",
		"scope-user":     "645a527e1b447125e1d96ac92bf5ffb4c0ddad5709af0040257f51ada07a2523",
		"scope-point":    "ac724fe93befccdd2c65c31196ac4bb2f14bac88e117808c0e923c695b8df0e1",
		"scope-relative": "b63450b6d3de9a5ec3de1dca53749a5b0b9cb528eff07ac9b303b8e60416ad51",
	} {
		if got := read(t, fixture(t, name+".der")).Identity(issuer); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
