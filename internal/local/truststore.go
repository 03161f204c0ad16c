package local

import (
	"math/big"
	"sync/atomic"

	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/elbv2"
)

// gateView shows one trust store to the gate, in the gate's own terms. It
// translates once for each change, not for each handshake.
type gateView struct {
	service *elbv2.Service
	arn     string
	latest  atomic.Pointer[alb.View]
}

// View is the trust store as it is now.
func (g *gateView) View() alb.View {
	view, _ := g.service.View(g.arn)
	latest := g.latest.Load()
	if latest != nil && latest.Generation == view.Generation {
		return *latest
	}
	translated := alb.View{Generation: view.Generation, Bundle: view.Bundle}
	for _, revocation := range view.Revocations {
		translated.Lists = append(translated.Lists, gateList(revocation))
	}
	g.latest.Store(&translated)
	return translated
}

func gateList(revocation elbv2.Revocation) alb.List {
	list := alb.List{
		ID: revocation.ID, RawIssuer: revocation.List.RawIssuer,
		AuthorityKeyID: revocation.List.AuthorityKeyID,
		NextUpdate:     revocation.List.NextUpdate,
		Serials:        serials{revocation.List},
	}
	if revocation.Signer != nil {
		list.IssuerKey = revocation.Signer.RawSubjectPublicKeyInfo
	}
	return list
}

type serials struct{ list *elbv2.List }

func (s serials) Revokes(serial *big.Int) bool { return s.list.Revokes(serial) }
