package clientcert

import (
	"errors"
	"testing"
)

func TestFromHeader(t *testing.T) {
	t.Parallel()
	const name = DefaultHeader
	cases := []struct {
		name   string
		header map[string][]string
		want   string
		reason Reason
		text   string
	}{
		{"as configured", map[string][]string{name: {"v"}}, "v", "", ""},
		{"lower case, as Lambda events have it", map[string][]string{"x-amzn-mtls-clientcert": {"v"}}, "v", "", ""},
		{"upper case", map[string][]string{"X-AMZN-MTLS-CLIENTCERT": {"v"}}, "v", "", ""},
		{"spaces around are kept for the decoder", map[string][]string{name: {" v "}}, " v ", "", ""},
		{"no header at all", nil, "", ReasonNoCertificate, "no client certificate"},
		{"another header only", map[string][]string{"X-Client-Cert": {"v"}}, "", ReasonNoCertificate, ""},
		{"name with a suffix", map[string][]string{name + "-Leaf": {"v"}}, "", ReasonNoCertificate, ""},
		{"underscores for dashes", map[string][]string{"X_Amzn_Mtls_Clientcert": {"v"}}, "", ReasonNoCertificate, ""},
		{"space behind the name", map[string][]string{name + " ": {"v"}}, "", ReasonNoCertificate, ""},
		{"long s folds to s", map[string][]string{"X-Amzn-Mtl\u017f-Clientcert": {"v"}}, "", ReasonNoCertificate, ""},
		{"no value", map[string][]string{name: {}}, "", ReasonNoCertificate, ""},
		{"empty value", map[string][]string{name: {""}}, "", ReasonNoCertificate, ""},
		{"blank value", map[string][]string{name: {" \t"}}, "", ReasonNoCertificate, ""},
		{"two values", map[string][]string{name: {"v", "w"}}, "", ReasonSeveralHeaders, "2 values of X-Amzn-Mtls-Clientcert"},
		{"the same value twice", map[string][]string{name: {"v", "v"}}, "", ReasonSeveralHeaders, "2 values"},
		{"second value empty", map[string][]string{name: {"v", ""}}, "", ReasonSeveralHeaders, "2 values"},
		{"first value empty", map[string][]string{name: {"", "v"}}, "", ReasonSeveralHeaders, "2 values"},
		{"two spellings", map[string][]string{name: {"v"}, "x-amzn-mtls-clientcert": {"w"}}, "", ReasonSeveralHeaders, "2 values"},
		{"three spellings", map[string][]string{name: {"v"}, "x-amzn-mtls-clientcert": {""}, "X-AMZN-mtls-clientcert": {"v"}}, "", ReasonSeveralHeaders, "3 values"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := FromHeader(c.header, name)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.reason == "" {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			wantReason(t, err, c.reason, c.text)
			if errors.Is(err, ErrMissing) != (c.reason == ReasonNoCertificate) {
				t.Errorf("got %v for errors.Is(err, ErrMissing) with reason %q", errors.Is(err, ErrMissing), c.reason)
			}
		})
	}
}

// A renamed header is looked for under its new name only.
func TestFromHeaderHasNoFallback(t *testing.T) {
	t.Parallel()
	h := map[string][]string{DefaultHeader: {"forged"}}
	_, err := FromHeader(h, "X-Sekisho-4f1c")
	wantReason(t, err, ReasonNoCertificate, "")
	h["x-sekisho-4f1c"] = []string{"genuine"}
	got, err := FromHeader(h, "X-Sekisho-4f1c")
	if err != nil || got != "genuine" {
		t.Errorf("got %q and error %v, want the value of the renamed header", got, err)
	}
}
