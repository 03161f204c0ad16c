// Package crl reads, checks, encodes and looks up X.509 certificate
// revocation lists (RFC 5280, section 5).
//
// [Read] goes over a list once: it checks the DER encoding strictly, hashes
// it, and writes its PEM form and its index on the way, in memory that does
// not grow with the list, the index apart. [Split] finds the lists in a file
// of DER or PEM first. A list that was read is well formed, and nothing more:
// [Check] decides whether it may come into force, from the certificates of
// those who may issue it, the list accepted before it, and the time.
//
//	list, builder, err := crl.Parse(der)
//	issuer, err := crl.Check(list, issuers, previous, crl.Policy{}, now)
//	index, err := builder.Build(list, issuer)
//	entry, revoked := index.Find(serial)
//
// [Index] answers whether a serial number is on the list, exactly, from a
// flat file that is checked when it is opened and never copied.
//
// The package fetches nothing, keeps nothing, and knows neither where a list
// comes from nor where it goes. Delta lists, indirect lists and lists of some
// reasons only are recognised and refused: none of them alone can say that a
// certificate is not revoked.
package crl
