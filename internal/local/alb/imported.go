package alb

import "github.com/sekisho/sekisho/internal/local/elbv2"

// viewer is the trust-store API's memory: the trust store with this ARN as it
// is now, complete, and whether there is one.
type viewer interface {
	View(arn string) (elbv2.View, bool)
}

var _ viewer = (*elbv2.Service)(nil)

// TrustStoreIn is the trust store with this ARN in the twin's trust-store API.
// While there is none it is empty, and nobody is let in.
func TrustStoreIn(service viewer, arn string) TrustStore {
	return imported{service: service, arn: arn}
}

type imported struct {
	service viewer
	arn     string
}

// View counts generations from one, so that no trust store and a new one are
// not the same.
func (i imported) View() View {
	state, found := i.service.View(i.arn)
	if !found {
		return View{}
	}
	view := View{Generation: state.Generation + 1, Bundle: state.Bundle}
	for _, revocation := range state.Revocations {
		view.Lists = append(view.Lists, listFrom(revocation))
	}
	return view
}

func listFrom(r elbv2.Revocation) List {
	list := List{
		ID:             r.ID,
		RawIssuer:      r.List.RawIssuer,
		AuthorityKeyID: r.List.AuthorityKeyID,
		NextUpdate:     r.List.NextUpdate,
		Serials:        r.List,
	}
	if r.Signer != nil {
		list.IssuerKey = r.Signer.RawSubjectPublicKeyInfo
	}
	return list
}
