package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// announce says where everything is, with lines to paste.
func (c *console) announce(t *Twin) {
	d := t.description
	c.printf("Sekisho on this machine, until Ctrl-C. Everything is in %s\n\n", t.dir.path)
	for _, row := range [][2]string{
		{"verify listener", d.Verify},
		{"passthrough listener", d.Passthrough},
		{"status page", d.StatusPage},
		{"revocation lists", strings.Join(d.CRL, "  ")},
		{"AWS endpoint", d.AWSEndpoint + "  (S3 and Elastic Load Balancing, " + d.Region + ")"},
		{"bucket", d.Bucket},
		{"trust store", d.TrustStoreARN},
		{"clients are trusted by", d.CABundle},
		{"clients trust", d.ServerCA},
		{"logs", t.dir.file("log")},
	} {
		c.printf("  %-24s%s\n", row[0], row[1])
	}
	c.printf("\n%s\n", strings.Join(t.pasteable(), "\n"))
}

// pasteable are the lines to paste into another shell.
func (t *Twin) pasteable() []string {
	d := t.description
	endpoint := fmt.Sprintf("AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=%s AWS_ENDPOINT_URL=%s", d.Region, d.AWSEndpoint)
	lines := []string{"In another shell:"}
	if t.options.foreign() {
		lines = append(lines, "  "+CurlLine(d, d.Verify, "client"), "  "+CurlLine(d, d.Passthrough, "client"))
	} else {
		lines = append(lines,
			"  "+t.command("issue laptop-1"),
			"  "+CurlLine(d, d.Verify, "laptop-1"),
			"  "+CurlLine(d, d.Passthrough, "laptop-1"),
			"  "+t.command("revoke laptop-1 --wait"))
	}
	return append(lines,
		"  "+t.command("status"),
		"  "+endpoint+" aws elbv2 describe-trust-store-revocations --trust-store-arn "+d.TrustStoreARN,
		"  "+endpoint+" aws s3 ls --recursive s3://"+d.Bucket,
		"")
}

// command is a line for the operator's command, for this very twin.
func (t *Twin) command(rest string) string {
	return quoted(Program()) + " local " + rest + directoryFlag(t.options.Dir)
}

// directoryFlag is empty for the default directory.
func directoryFlag(dir string) string {
	if dir == DefaultOptions().Dir {
		return ""
	}
	return " --dir " + quoted(dir)
}

// CurlLine asks a listener as the client whose files lie in the present folder.
func CurlLine(d Description, url, name string) string {
	// curl takes what follows a colon in --cert for a password.
	chain := strings.ReplaceAll(name+"-chain.pem", ":", `\:`)
	return fmt.Sprintf("curl --cacert %s --cert %s --key %s %s/", quoted(d.ServerCA), quoted(chain), quoted(name+".key"), url)
}

// Program is the running program as it can be typed from the present folder.
func Program() string {
	self, err := os.Executable()
	if err != nil {
		return "sekisho"
	}
	here, err := os.Getwd()
	if err != nil {
		return self
	}
	relative, err := filepath.Rel(here, self)
	if err != nil || strings.HasPrefix(relative, "..") {
		return self
	}
	return relative
}

// quoted is text as a POSIX shell takes it for one word.
func quoted(text string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !safe(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
