package elbv2

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// call sends a form straight to the service and gives status and body.
func call(s *Service, action string, parameters url.Values) (int, string) {
	form := url.Values{"Action": {action}, "Version": {apiVersion}}
	for name, values := range parameters {
		form[name] = values
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	return answer.Code, answer.Body.String()
}

func addForm(arn string, keys ...string) url.Values {
	form := url.Values{"TrustStoreArn": {arn}}
	for i, key := range keys {
		form.Set("RevocationContents.member."+strconv.Itoa(i+1)+".S3Bucket", "bucket")
		form.Set("RevocationContents.member."+strconv.Itoa(i+1)+".S3Key", key)
	}
	return form
}

func removeForm(arn string, ids ...int64) url.Values {
	form := url.Values{"TrustStoreArn": {arn}}
	for i, id := range ids {
		form.Set("RevocationIds.member."+strconv.Itoa(i+1), strconv.FormatInt(id, 10))
	}
	return form
}

func viewIDs(v View) []int64 {
	var ids []int64
	for _, revocation := range v.Revocations {
		ids = append(ids, revocation.ID)
	}
	return ids
}

// Whatever is added and removed: IDs only grow, a call is whole or nothing,
// and the generation counts the changes.
func TestTrustStoreFollowsItsModel(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{Quotas: Quotas{Lists: 6}})
	rapid.Check(t, func(rt *rapid.T) {
		name := "m" + rapid.StringMatching(`[a-z0-9]{20}`).Draw(rt, "name")
		service := New(f.shelf, Options{Quotas: Quotas{Lists: 6}})
		call(service, "CreateTrustStore", url.Values{"Name": {name}, "CaCertificatesBundleS3Bucket": {"bucket"}, "CaCertificatesBundleS3Key": {"bundle.pem"}})
		arn := service.current.Load().ordered()[0].arn
		var model []int64
		last, generation := int64(0), uint64(1)
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) {
				keys := rapid.SliceOfN(rapid.SampledFrom([]string{"one.pem", "two.pem", "list.der"}), 1, 3).Draw(rt, "keys")
				status, _ := call(service, "AddTrustStoreRevocations", addForm(arn, keys...))
				allowed := !slices.Contains(keys, "list.der") && len(model)+len(keys) <= 6
				if (status == http.StatusOK) != allowed {
					rt.Fatalf("adding %v to %v: status %d", keys, model, status)
				}
				for range keys {
					if allowed {
						last++
						model = append(model, last)
					}
				}
				if allowed {
					generation++
				}
			},
			"remove": func(rt *rapid.T) {
				ids := rapid.SliceOfN(rapid.Int64Range(1, last+2), 1, 3).Draw(rt, "ids")
				status, _ := call(service, "RemoveTrustStoreRevocations", removeForm(arn, ids...))
				known := !slices.ContainsFunc(ids, func(id int64) bool { return !slices.Contains(model, id) })
				if (status == http.StatusOK) != known {
					rt.Fatalf("removing %v from %v: status %d", ids, model, status)
				}
				if known {
					model = slices.DeleteFunc(model, func(id int64) bool { return slices.Contains(ids, id) })
					generation++
				}
			},
			"": func(rt *rapid.T) {
				view, _ := service.View(arn)
				if !slices.Equal(viewIDs(view), model) || view.Generation != generation {
					rt.Fatalf("view has %v at generation %d, want %v at %d", viewIDs(view), view.Generation, model, generation)
				}
			},
		})
	})
}

// Calls at the same time take distinct IDs, and a view is never half of a change.
func TestConcurrentChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			status, body := call(f.Service, "AddTrustStoreRevocations", addForm(arn, "one.pem", "two.pem"))
			if status != http.StatusOK {
				t.Errorf("adding: %d %s", status, body)
			}
			view, _ := f.View(arn)
			if len(view.Revocations)%2 != 0 || uint64(len(view.Revocations)) != 2*(view.Generation-1) {
				t.Errorf("a view of %d lists at generation %d", len(view.Revocations), view.Generation)
			}
		})
	}
	group.Wait()
	view, _ := f.View(arn)
	ids := viewIDs(view)
	if len(ids) != 16 || !slices.IsSorted(ids) || len(slices.Compact(ids)) != 16 {
		t.Errorf("got IDs %v, want 16 that differ", ids)
	}
}

// A list at the quota is taken, and looked up without being parsed again. Not
// parallel: it counts allocations.
func TestHalfAMillionEntries(t *testing.T) {
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	numbers := make([]int64, 500_000)
	for i := range numbers {
		numbers[i] = int64(i)*7919 + 1
	}
	f.shelf.put(t, "huge.pem", "", pemList(f.root.CRL(t, serialsOf(numbers...)...)))
	f.mustAdd(t, arn, "huge.pem")
	view, _ := f.View(arn)
	list := view.Revocations[0].List
	allocations := testing.AllocsPerRun(10, func() { list.Revokes(serialsOf(numbers[250_000])[0]) })
	if list.Entries != 500_000 || !list.Revokes(serialsOf(numbers[499_999])[0]) || list.Revokes(serialsOf(2)[0]) {
		t.Errorf("got %d entries, or the wrong ones", list.Entries)
	}
	if allocations > 10 {
		t.Errorf("a look-up allocates %v times: is the list parsed again?", allocations)
	}
	_, err := f.add(t, arn, "one.pem")
	if code(err) != codeTooManyEntries {
		t.Errorf("one entry more: %v, want %s", err, codeTooManyEntries)
	}
}

// A gate takes a view, keeps it for a handshake, and never sees it change.
func TestViewStaysAsItWas(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	f.mustAdd(t, arn, "two.pem")
	before, _ := f.View(arn)
	f.mustAdd(t, arn, "one.pem")
	err := f.remove(t, arn, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(viewIDs(before), []int64{1}) || !before.Revocations[0].List.Revokes(serialsOf(2)[0]) {
		t.Errorf("the view from before has %v", viewIDs(before))
	}
	_, there := f.View(unsentARN)
	if there {
		t.Error("there is a view of a trust store that does not exist")
	}
	if before.Revocations[0].Signer == nil || !before.Revocations[0].Signer.Equal(f.root.Cert) {
		t.Error("the view does not name the signer")
	}
}
