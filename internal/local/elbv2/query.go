package elbv2

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// query is the parameters of one call in the AWS Query protocol.
type query struct {
	form url.Values
	// origin is the scheme and host that the caller reached us by.
	origin string
	// state is what the call reads from when it changes nothing.
	state *state
}

// text is a parameter that must be there.
func (q query) text(name string) (string, error) {
	value := q.form.Get(name)
	if value == "" {
		return "", failf(codeValidation, "the request must contain the parameter %s", name)
	}
	return value, nil
}

// arn is the parameter TrustStoreArn, well formed. The form is that of the
// ELB API reference, AddTrustStoreRevocations.
func (q query) arn() (string, error) {
	arn, err := q.text("TrustStoreArn")
	if err != nil {
		return "", err
	}
	return arn, checkARN(arn)
}

func checkARN(arn string) error {
	wellFormed, err := regexp.MatchString(`^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:truststore/[a-zA-Z0-9-]{1,32}/[0-9a-f]{16}$`, arn)
	if err != nil || !wellFormed {
		return failf(codeValidation, "'%s' is not a valid trust store ARN", arn)
	}
	return nil
}

// store is the trust store that TrustStoreArn names, as it is read.
func (q query) store() (*trustStore, error) {
	arn, err := q.arn()
	if err != nil {
		return nil, err
	}
	return q.state.find(arn)
}

// members are the elements of a list parameter, "Name.member.N…", in the
// order of N. An element that is a structure has its fields in the form.
func (q query) members(name string) ([]url.Values, error) {
	byNumber := map[int]url.Values{}
	for parameter, values := range q.form {
		rest, ok := strings.CutPrefix(parameter, name+".member.")
		if !ok {
			continue
		}
		text, field, _ := strings.Cut(rest, ".")
		number, err := strconv.Atoi(text)
		if err != nil || number < 1 || len(values) != 1 {
			return nil, failf(codeValidation, "malformed parameter %s", parameter)
		}
		if byNumber[number] == nil {
			byNumber[number] = url.Values{}
		}
		byNumber[number][field] = values
	}
	members := make([]url.Values, 0, len(byNumber))
	for _, number := range slices.Sorted(maps.Keys(byNumber)) {
		members = append(members, byNumber[number])
	}
	return members, nil
}

// texts are the elements of a list of strings.
func (q query) texts(name string) ([]string, error) {
	members, err := q.members(name)
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, len(members))
	for _, member := range members {
		texts = append(texts, member.Get(""))
	}
	return texts, nil
}

// ids are the elements of RevocationIds, each once.
func (q query) ids() ([]int64, error) {
	texts, err := q.texts("RevocationIds")
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(texts))
	for _, text := range texts {
		id, err := revocationID(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func revocationID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, failf(codeValidation, "'%s' is not a revocation ID", text)
	}
	return id, nil
}

// mostOnPage is the largest page, and the size of one that is not asked for.
const mostOnPage = 400

// page cuts out what Marker and PageSize ask for, and gives the marker of what
// follows. all is sorted by key; a marker names the last key that was shown,
// so that what is removed meanwhile neither hides nor repeats the others.
func page[T any](q query, all []T, key func(T) string) ([]T, string, error) {
	size, err := q.pageSize()
	if err != nil {
		return nil, "", err
	}
	shown, err := base64.RawURLEncoding.DecodeString(q.form.Get("Marker"))
	if err != nil {
		return nil, "", failf(codeValidation, "the marker '%s' is not valid", q.form.Get("Marker"))
	}
	if len(shown) > 0 {
		first := slices.IndexFunc(all, func(item T) bool { return key(item) > string(shown) })
		if first < 0 {
			return nil, "", nil
		}
		all = all[first:]
	}
	if len(all) <= size {
		return all, "", nil
	}
	return all[:size], base64.RawURLEncoding.EncodeToString([]byte(key(all[size-1]))), nil
}

func (q query) pageSize() (int, error) {
	text := q.form.Get("PageSize")
	if text == "" {
		return mostOnPage, nil
	}
	size, err := strconv.Atoi(text)
	if err != nil || size < 1 || size > mostOnPage {
		return 0, failf(codeValidation, "page size '%s' is not between 1 and %d", text, mostOnPage)
	}
	return size, nil
}

// numberKey is a key that sorts as the number does.
func numberKey(number int64) string { return fmt.Sprintf("%020d", number) }
