package refresh

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// cloud is a bucket and a trust store in memory. It polices what may never
// happen: see law_test.go. Runs reach it through a party each.
type cloud struct {
	mu      sync.Mutex
	objects map[string]object
	// versions are all bodies that were ever stored, by version.
	versions map[string][]byte
	imports  map[int64]imported
	lastID   int64
	// buried is what every ID holds or once held.
	buried map[int64]imported
	// views are what Revocations answered or would have answered, one for each
	// change, so that an answer can lag behind.
	views [][]Revocation
	// miscounting has the trust store import every list damaged.
	miscounting bool
	// bundle is the trust store's own.
	bundle []byte
	writes int
	// sum is the key as long as nothing changes.
	sum uint64

	law law
}

// object is one version of an object, with an entity tag as S3 makes it: it
// follows from the content.
type object struct {
	body []byte
	tag  string
}

func newObject(body []byte) object {
	return object{body: body, tag: strconv.FormatUint(maphash.Bytes(seed, body), 16)}
}

var seed = maphash.MakeSeed()

// imported is a list in the trust store.
type imported struct {
	text []byte
	list *edition
	// damaged lists were not taken whole: their number of entries is wrong,
	// and they are taken to enforce nothing.
	damaged bool
	// odd lists were added by hand, and are whole although the number of
	// entries says otherwise.
	odd bool
}

func (i imported) entries() int64 {
	if i.damaged || i.odd {
		return int64(i.list.facts.Entries) + 1000
	}
	return int64(i.list.facts.Entries)
}

func newCloud() *cloud {
	c := &cloud{objects: map[string]object{}, versions: map[string][]byte{}, imports: map[int64]imported{}, buried: map[int64]imported{}, law: newLaw()}
	c.views = [][]Revocation{nil}
	return c
}

// clone is a copy that shares nothing that changes.
func (c *cloud) clone() *cloud {
	return &cloud{
		objects: maps.Clone(c.objects), versions: maps.Clone(c.versions), imports: maps.Clone(c.imports), buried: maps.Clone(c.buried),
		lastID: c.lastID, views: slices.Clone(c.views), miscounting: c.miscounting, bundle: c.bundle, law: c.law.clone(),
	}
}

func (c *cloud) get(key string) (Object, error) {
	found, ok := c.objects[key]
	if !ok {
		return Object{}, fmt.Errorf("reading %s: %w", key, ErrAbsent)
	}
	return Object{Body: found.body, Tag: found.tag}, nil
}

func (c *cloud) put(upload Upload) (Stored, error) {
	body, err := io.ReadAll(upload.Body)
	if err != nil {
		return Stored{}, err
	}
	now, there := c.objects[upload.Key]
	switch {
	case upload.Create && there:
		return Stored{}, fmt.Errorf("creating %s: %w", upload.Key, ErrExists)
	case upload.Replaces != "" && (!there || now.tag != upload.Replaces):
		return Stored{}, fmt.Errorf("replacing %s: %w", upload.Key, ErrOvertaken)
	}
	c.writes++
	c.sum = 0
	c.law.written(upload.Key, now.body, body)
	next := newObject(body)
	c.objects[upload.Key] = next
	version := "v" + next.tag
	c.versions[version] = body
	return Stored{Key: upload.Key, Version: version, Tag: next.tag}, nil
}

// discard deletes an object. Versions stay, as in a bucket with versions.
func (c *cloud) discard(key, tag string) error {
	now, there := c.objects[key]
	if !there {
		return nil
	}
	if tag != "" && now.tag != tag {
		return fmt.Errorf("deleting %s: %w", key, ErrOvertaken)
	}
	c.writes++
	c.sum = 0
	c.law.deleted(c, key)
	delete(c.objects, key)
	return nil
}

func (c *cloud) list(prefix string) ([]string, error) {
	var keys []string
	for key := range c.objects {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// revocations is what the trust store shows, some changes ago.
func (c *cloud) revocations(lag int) []Revocation {
	return slices.Clone(c.views[max(0, len(c.views)-1-lag)])
}

func (c *cloud) add(list Stored, damaged bool) (Revocation, error) {
	text, ok := c.versions[list.Version]
	if !ok {
		return Revocation{}, because(ContentNotFound, errors.New("no such object"))
	}
	edition := editionOf(text)
	if edition == nil {
		return Revocation{}, because(InvalidContent, errors.New("not a list"))
	}
	return c.place(edition, damaged || c.miscounting), nil
}

// place puts a list into the trust store.
func (c *cloud) place(list *edition, damaged bool) Revocation {
	return c.imported(imported{text: list.pem, list: list, damaged: damaged})
}

func (c *cloud) imported(one imported) Revocation {
	c.lastID++
	c.imports[c.lastID], c.buried[c.lastID] = one, one
	c.changed()
	return Revocation{ID: c.lastID, Entries: one.entries()}
}

func (c *cloud) remove(ids []int64) {
	for _, id := range ids {
		c.law.removed(c.imports[id])
		delete(c.imports, id)
	}
	c.changed()
}

func (c *cloud) changed() {
	c.sum = 0
	var view []Revocation
	for id, one := range c.imports {
		view = append(view, Revocation{ID: id, Entries: one.entries()})
	}
	slices.SortFunc(view, func(a, b Revocation) int { return cmp.Compare(a.ID, b.ID) })
	c.views = append(c.views, view)
}

func (c *cloud) content(id int64) ([]byte, error) {
	one, ok := c.imports[id]
	if !ok {
		return nil, fmt.Errorf("reading revocation %d: %w", id, ErrAbsent)
	}
	return one.text, nil
}

// ids are those in the trust store, in order.
func (c *cloud) ids() []int64 { return slices.Sorted(maps.Keys(c.imports)) }

// key tells one state of the cloud from another. Records are written and never
// read by a run.
func (c *cloud) key() uint64 {
	if c.sum != 0 {
		return c.sum
	}
	c.sum = uint64(c.lastID)
	for key, found := range c.objects {
		if strings.HasPrefix(key, RecordPrefix) {
			continue
		}
		c.sum += maphash.String(seed, key+found.tag)
	}
	for id, one := range c.imports {
		c.sum += hash(placed{id, one.list.name, one.damaged})
	}
	return c.sum
}

type placed struct {
	id      int64
	name    string
	damaged bool
}

// state is what is remembered of an identity.
func (c *cloud) state(identity string) State {
	state, err := decodeState(c.objects[snapshot.StateKey(identity)].body, identity)
	if err != nil {
		return State{}
	}
	return state
}

// manifest is the present one.
func (c *cloud) manifest() snapshot.Manifest {
	var m snapshot.Manifest
	_ = json.Unmarshal(c.objects[snapshot.ManifestKey].body, &m)
	return m
}

// String shows the trust store: IDs and what they hold.
func (c *cloud) String() string {
	var parts []string
	for _, id := range c.ids() {
		one := c.imports[id]
		text := fmt.Sprintf("%d:%s", id, one.list.name)
		if one.damaged {
			text += "!"
		}
		parts = append(parts, text)
	}
	return "{" + strings.Join(parts, " ") + "}"
}
