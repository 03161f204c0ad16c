package elbv2

import (
	"encoding/xml"
	"errors"
)

// answerDocument is how the Query protocol wraps a result: in an element named
// after the action.
type answerDocument struct {
	action    string
	result    any
	requestID string
}

// MarshalXML writes names that are known only now.
func (d answerDocument) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	outer := named(d.action + "Response")
	outer.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}
	metadata := struct{ RequestId string }{d.requestID}
	return errors.Join(
		e.EncodeToken(outer),
		e.EncodeElement(d.result, named(d.action+"Result")),
		e.EncodeElement(metadata, named("ResponseMetadata")),
		e.EncodeToken(outer.End()),
	)
}

func named(name string) xml.StartElement { return xml.StartElement{Name: xml.Name{Local: name}} }

// list is a list as the Query protocol writes one; an empty list is an empty
// element, so that a client shows [] and not nothing.
type list[T any] struct {
	Members []T `xml:"member"`
}

type trustStoresResult struct {
	TrustStores list[trustStoreItem]
	NextMarker  string `xml:",omitempty"`
}

type trustStoreItem struct {
	Name                   string
	TrustStoreArn          string
	Status                 string
	NumberOfCaCertificates int
	TotalRevokedEntries    int
}

func (t *trustStore) item() trustStoreItem {
	return trustStoreItem{
		Name:                   t.name,
		TrustStoreArn:          t.arn,
		Status:                 "ACTIVE",
		NumberOfCaCertificates: len(t.bundle.certificates),
		TotalRevokedEntries:    t.entries(),
	}
}

type revocationsResult struct {
	TrustStoreRevocations list[revocationItem]
	NextMarker            string `xml:",omitempty"`
}

type revocationItem struct {
	TrustStoreArn          string
	RevocationId           int64
	RevocationType         string
	NumberOfRevokedEntries int
}

func (l importedList) item(arn string) revocationItem {
	return revocationItem{TrustStoreArn: arn, RevocationId: l.ID, RevocationType: "CRL", NumberOfRevokedEntries: l.entries}
}

type associationsResult struct {
	TrustStoreAssociations list[associationItem]
	NextMarker             string `xml:",omitempty"`
}

type associationItem struct{ ResourceArn string }

type locationResult struct{ Location string }

type emptyResult struct{}

// errorDocument is how the Query protocol says no.
type errorDocument struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Xmlns     string   `xml:"xmlns,attr"`
	Error     errorItem
	RequestId string
}

type errorItem struct{ Type, Code, Message string }

func newErrorDocument(kind, code, message, requestID string) errorDocument {
	return errorDocument{
		Xmlns:     namespace,
		Error:     errorItem{Type: kind, Code: code, Message: message},
		RequestId: requestID,
	}
}

// convert is each item of all through one.
func convert[T, U any](all []T, one func(T) U) list[U] {
	items := make([]U, 0, len(all))
	for _, item := range all {
		items = append(items, one(item))
	}
	return list[U]{Members: items}
}
