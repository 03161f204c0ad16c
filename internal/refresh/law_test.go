package refresh

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sekisho/sekisho/internal/snapshot"
)

// semantics are the ways in which a gate may deal with several lists of one
// issuer. AWS does not say which one it is.
type semantics int

const (
	union semantics = iota
	lowestID
	highestID
)

func (s semantics) String() string { return [...]string{"union", "lowest ID", "highest ID"}[s] }

// levels are what is enforced under each of the semantics.
type levels [3]int

// law is what may never happen, checked after every single step of any run,
// under each semantics at once:
//
//   - What is enforced is never less than it was at any instant before, runs
//     in between or not. That is more than "never less than when the run
//     began". Under the highest ID two windows remain, see window.
//   - Nothing of a foreign CA is removed.
//   - An object under a content-addressed key never changes.
//   - The accepted list in the state never turns back, nor do the lists in the
//     manifest, and none vanishes from it.
type law struct {
	peaks             map[string]levels
	accepted, pointed map[string]int
	// released are identities that may leave manifest and trust store.
	released map[string]bool
	// gaps says that overlap "replace" is set.
	gaps bool
	// spoilt are objects that somebody changed.
	spoilt  map[string]bool
	broken  []string
	windows map[string]*window
	longest map[string]int
}

// window is a time in which a gate that goes by the highest ID enforces less
// than before: somebody has just added a list on top that is not the best one.
type window struct {
	by    *party
	cause string
	calls int
	last  int // call that was counted
}

const (
	olderOnTop   = "an older list was added on top by a run that had claimed it before the newer one was claimed"
	roomMade     = "a list was removed to make room, as overlap replace allows"
	damagedOnTop = "a list was added on top that arrived damaged"
)

func newLaw() law {
	return law{
		peaks: map[string]levels{}, accepted: map[string]int{}, pointed: map[string]int{},
		released: map[string]bool{}, spoilt: map[string]bool{}, windows: map[string]*window{}, longest: map[string]int{},
	}
}

func (l law) clone() law {
	return law{
		peaks: maps.Clone(l.peaks), accepted: maps.Clone(l.accepted), pointed: maps.Clone(l.pointed),
		released: maps.Clone(l.released), spoilt: maps.Clone(l.spoilt), gaps: l.gaps, broken: slices.Clone(l.broken), windows: maps.Clone(l.windows), longest: maps.Clone(l.longest),
	}
}

func (l *law) breaks(format string, values ...any) {
	l.broken = append(l.broken, fmt.Sprintf(format, values...))
}

// enforced is what is in force for an identity under each semantics.
func (c *cloud) enforced(identity string) levels {
	var now levels
	first := true
	for _, id := range c.ids() {
		one := c.imports[id]
		if one.list.identity != identity {
			continue
		}
		level := one.list.level
		if one.damaged {
			level = 0
		}
		now[union] = max(now[union], level)
		now[highestID] = level
		if first {
			now[lowestID] = level
		}
		first = false
	}
	return now
}

// begin makes what is in force now the least that may ever be.
func (l *law) begin(c *cloud) {
	for _, one := range c.imports {
		l.peaks[one.list.identity] = c.enforced(one.list.identity)
	}
}

// check is called after each step, with the party that took it.
func (l *law) check(c *cloud, by *party) {
	kind := by.calls[len(by.calls)-1].kind
	if kind != "add" && kind != "remove" && len(l.windows) == 0 {
		return
	}
	identities := map[string]bool{}
	for _, one := range c.imports {
		identities[one.list.identity] = true
	}
	for identity := range l.peaks {
		identities[identity] = true
	}
	for identity := range identities {
		l.checkOne(c, by, identity)
	}
}

func (l *law) checkOne(c *cloud, by *party, identity string) {
	now, peak := c.enforced(identity), l.peaks[identity]
	for s := range now {
		if now[s] >= peak[s] || l.released[identity] {
			peak[s] = now[s]
			if semantics(s) == highestID && now[union] >= peak[union] {
				delete(l.windows, identity)
			}
			continue
		}
		if !l.inGap(by, identity) && (semantics(s) != highestID || !l.inWindow(c, by, identity)) {
			l.breaks("%s: the trust store enforces level %d, it was %d already: %s after %s of %s", semantics(s), now[s], peak[s], c, by.calls[len(by.calls)-1], by.name)
			peak[s] = now[s]
		}
	}
	l.peaks[identity] = peak
}

// inGap says that less is in force because a run made room for what is to come,
// where that is allowed, and counts how long it lasts in calls of that run.
func (l *law) inGap(by *party, identity string) bool {
	if !l.gaps {
		return false
	}
	open := l.windows[identity]
	if open == nil {
		if by.calls[len(by.calls)-1].kind != "remove" {
			return false
		}
		l.windows[identity] = &window{by: by, cause: roomMade}
		by.gaps++
		return true
	}
	if open.by == by && open.last != len(by.calls) {
		open.last = len(by.calls)
		open.calls++
		l.longest[open.cause] = max(l.longest[open.cause], open.calls)
	}
	return true
}

// inWindow says that the dip under the highest ID is one of those that are
// known, and counts how long it lasts in calls of the run that caused it.
func (l *law) inWindow(c *cloud, by *party, identity string) bool {
	open := l.windows[identity]
	if open == nil {
		if by.calls[len(by.calls)-1].kind != "add" {
			return false
		}
		open = &window{by: by, cause: olderOnTop}
		if c.imports[c.lastID].damaged {
			open.cause = damagedOnTop
		}
		l.windows[identity] = open
		return true
	}
	if open.by == by {
		open.calls++
		l.longest[open.cause] = max(l.longest[open.cause], open.calls)
	}
	return true
}

// written checks a write to the bucket.
func (l *law) written(key string, before, after []byte) {
	switch {
	case strings.HasPrefix(key, "crl/"), strings.HasPrefix(key, "index/"):
		if before != nil && !bytes.Equal(before, after) && !l.spoilt[key] {
			l.breaks("%s was changed", key)
		}
	case key == snapshot.ManifestKey:
		l.pointing(after)
	case isState(key):
		identity := strings.TrimSuffix(strings.TrimPrefix(key, statePrefix), ".json")
		state, err := decodeState(after, identity)
		if err != nil {
			l.breaks("%s: %v", key, err)
		}
		level := levelOf(state.Accepted.SHA256)
		if level < l.accepted[identity] {
			l.breaks("the accepted list turned back from level %d to %d", l.accepted[identity], level)
		}
		l.accepted[identity] = level
	}
}

// forgets an object that somebody spoilt, so that it may be put right.
func (l *law) forgets(key string) { l.spoilt[key] = true }

// deleted checks that nothing points to what leaves the bucket.
func (l *law) deleted(c *cloud, key string) {
	if !strings.HasPrefix(key, "crl/") && !strings.HasPrefix(key, "index/") {
		return
	}
	for name, found := range c.objects {
		if (name == snapshot.ManifestKey || isState(name)) && bytes.Contains(found.body, []byte(key)) {
			l.breaks("%s was deleted, and %s points to it", key, name)
		}
	}
}

func (l *law) pointing(text []byte) {
	manifest, err := snapshot.Decode(text)
	if err != nil {
		l.breaks("the manifest: %v", err)
	}
	now := map[string]int{}
	for _, list := range manifest.Lists {
		now[list.Identity] = levelOf(list.SHA256)
	}
	for identity, level := range l.pointed {
		if now[identity] < level && !l.released[identity] {
			l.breaks("the manifest turned back from level %d to %d", level, now[identity])
		}
	}
	l.pointed = now
}

func (l *law) removed(one imported) {
	if one.list != nil && one.list.level < 0 {
		l.breaks("%s is another CA's list, and was removed", one.list.name)
	}
}
