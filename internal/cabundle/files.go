package cabundle

import (
	"bytes"
	"crypto/x509"
	"strings"
)

// File is a file as an operator has it: PEM, with CRLF or text around where
// that is how it came, or DER.
type File struct {
	// Name stands in the problems.
	Name string
	Data []byte
}

// found is a certificate and where it came from.
type found struct {
	file     string
	position int
	cert     *x509.Certificate
}

func (f found) problem(detail string) error {
	return &Problem{File: f.file, Position: f.position, Subject: Subject(f.cert), Detail: detail}
}

// read takes every certificate out of a file that can be read, and a problem
// for everything else in it.
func (f File) read() ([]found, []error) {
	data := bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf"))
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, []error{f.problem("the file is empty")}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, []error{f.problem("the file is UTF-16 text: save it as UTF-8 or ASCII")}
	}
	a := takeApart(string(data))
	if len(a.blocks) == 0 && data[0] == 0x30 {
		return f.readDER(data)
	}
	return f.readPEM(a)
}

func (f File) readDER(data []byte) ([]found, []error) {
	certs, err := x509.ParseCertificates(data)
	if err != nil {
		return nil, []error{f.problem("neither PEM nor a DER certificate (" + err.Error() + "): export the CA certificate as PEM or DER")}
	}
	var all []found
	for i, cert := range certs {
		all = append(all, found{f.Name, i + 1, cert})
	}
	return all, nil
}

func (f File) readPEM(a armour) ([]found, []error) {
	var all []found
	problems := f.damagedLines(a.outside)
	for i, b := range a.blocks {
		cert, err := parseBlock(b)
		if err != nil {
			problems = append(problems, &Problem{File: f.Name, Position: i + 1, Detail: err.Error()})
			continue
		}
		all = append(all, found{f.Name, i + 1, cert})
	}
	if len(a.blocks) == 0 && len(problems) == 0 {
		problems = append(problems, f.problem("no certificate in it, neither as PEM nor as DER"))
	}
	return all, problems
}

// damagedLines finds the lines that were BEGIN or END lines before somebody
// edited them. As text around the blocks they would hide a certificate.
func (f File) damagedLines(outside []string) []error {
	var problems []error
	for _, line := range outside {
		mentions := strings.Contains(line, "BEGIN CERTIFICATE") || strings.Contains(line, "END CERTIFICATE")
		if mentions && !strings.HasPrefix(line, "#") {
			problems = append(problems, f.problem("a damaged BEGIN or END line: it must have five dashes at either end and nothing else"))
		}
	}
	return problems
}

func (f File) problem(detail string) error {
	return &Problem{File: f.Name, Detail: detail}
}
