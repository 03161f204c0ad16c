package doctor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// fetchedList is what came from an address.
type fetchedList struct {
	lists []*crl.List
	err   error
}

const (
	fetchTimeout = 60 * time.Second
	// fetchBytes is more than a trust store takes.
	fetchBytes = 64 << 20
)

// addresses are where the lists are.
func (e *examination) addresses() []string {
	if len(e.gate.Lists) > 0 || e.gate.Good == nil {
		return e.gate.Lists
	}
	var all []string
	for _, cert := range chainOf(e.gate.Good) {
		all = append(all, cert.CRLDistributionPoints...)
	}
	return all
}

// lists fetches every list once.
func (e *examination) lists(ctx context.Context) map[string]fetchedList {
	if e.fetched != nil {
		return e.fetched
	}
	e.fetched = map[string]fetchedList{}
	for _, address := range e.addresses() {
		lists, err := fetch(ctx, address)
		e.fetched[address] = fetchedList{lists, err}
	}
	return e.fetched
}

func fetch(ctx context.Context, address string) ([]*crl.List, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "sekisho-doctor")
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, fetchBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > fetchBytes {
		return nil, fmt.Errorf("more than %d bytes", fetchBytes)
	}
	return parse(body)
}

func parse(body []byte) ([]*crl.List, error) {
	ders, err := crl.Split(body)
	if err != nil {
		return nil, err
	}
	if len(ders) == 0 {
		return nil, errors.New("no list in it")
	}
	var lists []*crl.List
	for _, der := range ders {
		list, err := crl.ReadBytes(der, crl.Output{})
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return lists, nil
}

func (e *examination) listsReachable(ctx context.Context) finding {
	if len(e.addresses()) == 0 {
		return skipped("no address of a list is known (--crl-url)")
	}
	var lost []string
	for _, address := range e.addresses() {
		got := e.lists(ctx)[address]
		if got.err != nil {
			lost = append(lost, address+": "+got.err.Error())
		}
	}
	if len(lost) > 0 {
		return failed("look at the CA's distribution point: without it no newer list arrives, and revocation stops", "%s", strings.Join(lost, "; "))
	}
	return passed("%s", strings.Join(e.addresses(), ", "))
}

// unseen is why nothing can be said about all lists; empty when all are there.
func (e *examination) unseen(ctx context.Context) string {
	if len(e.addresses()) == 0 {
		return "no address of a list is known (--crl-url)"
	}
	for _, address := range e.addresses() {
		if e.lists(ctx)[address].err != nil {
			return address + " was not seen"
		}
	}
	return ""
}

func (e *examination) listsFresh(ctx context.Context) finding {
	why := e.unseen(ctx)
	if why != "" {
		return skipped("%s", why)
	}
	now := e.gate.Now()
	var soonest time.Time
	for _, address := range e.addresses() {
		for _, list := range e.lists(ctx)[address].lists {
			next := list.NextUpdate
			if next.IsZero() {
				return skipped("%s does not say until when its list is good", address)
			}
			if list.Stale(now) || now.Before(list.ThisUpdate) {
				return failed("have the CA publish a new list; until then the verifier refuses what it cannot decide", "%s: good from %s to %s only", address, stamp(list.ThisUpdate), stamp(next))
			}
			if soonest.IsZero() || next.Before(soonest) {
				soonest = next
			}
		}
	}
	return passed("all until %s", stamp(soonest))
}

func (e *examination) newestList(ctx context.Context) finding {
	why := e.unseen(ctx)
	if why != "" {
		return skipped("%s", why)
	}
	held, why := e.held(ctx)
	if why != "" {
		return skipped("%s", why)
	}
	inForce := map[string]bool{}
	for _, hash := range held.SHA256 {
		inForce[hash] = true
	}
	now, count := e.gate.Now(), 0
	for _, address := range e.addresses() {
		for _, list := range e.lists(ctx)[address].lists {
			count++
			if inForce[hex.EncodeToString(list.SHA256[:])] {
				continue
			}
			if list.Stale(now) {
				return skipped("%s is past its date: nobody has to take it", address)
			}
			if now.Sub(list.ThisUpdate) < e.gate.Lag {
				return skipped("%s has a list of %s: ask again in a moment", address, stamp(list.ThisUpdate))
			}
			return failed("run the refresh function, and see \"sekisho plan\" for what keeps the list out", "%s: its list of %s is not in force", address, stamp(list.ThisUpdate))
		}
	}
	return passed("%d of %d", count, count)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
