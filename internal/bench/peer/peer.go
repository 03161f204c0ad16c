// Package peer holds programs that decide about a certificate header with what
// their language brings, for the benchmark to compare with. Each is run as
// PROGRAM FILE HEADER ROOT TIMES, and writes the median in nanoseconds.
package peer

import "embed"

// Programs are the files.
//
//go:embed verify.php verify.js verify.py
var Programs embed.FS

// Peer is one of them.
type Peer struct {
	// Name is what readers know it by, Program what runs it, File its text.
	Name, Program, File string
}

// All are all of them.
func All() []Peer {
	return []Peer{
		{"PHP: rawurldecode, openssl_x509_parse, openssl_x509_verify", "php", "verify.php"},
		{"Node.js: crypto.X509Certificate", "node", "verify.js"},
		{"Python: cryptography", "python3", "verify.py"},
	}
}
