package settings

import "time"

// Guards are how much one list of a source may change at once. A limit of 0 is
// none.
type Guards struct {
	// How many per cent of its entries a list may lose against the one before it. A CA that drops expired certificates in batches needs room for that.
	MaxShrinkPercent int `json:"maxShrinkPercent,omitempty"`
	// How many certificates a list may revoke that the one before it did not.
	MaxNewlyRevoked int `json:"maxNewlyRevoked,omitempty"`
	// What becomes of a list beyond a limit: alarm takes it and says so; hold keeps the list before it in force until an operator approves the new one (sekisho approve), or until holdFor is over.
	OnBreach OnBreach `json:"onBreach,omitempty"`
	// How long a list is held back at most; then it is taken. Keep it shorter than the life of a list: the one in force gets stale meanwhile.
	HoldFor Duration `json:"holdFor,omitzero"`
}

// DefaultHoldFor is how long a list is held back when nothing else is said.
const DefaultHoldFor = Duration(24 * time.Hour)

// withDefaults fills in what was not written.
func (g Guards) withDefaults() Guards {
	if g.OnBreach == "" {
		g.OnBreach = OnBreachAlarm
	}
	if g.HoldFor == 0 {
		g.HoldFor = DefaultHoldFor
	}
	return g
}

// OnBreach is what becomes of a list that changes more than it may.
type OnBreach string

// The ways to deal with a breach.
const (
	OnBreachAlarm OnBreach = "alarm"
	OnBreachHold  OnBreach = "hold"
)

// Values are all that may be written.
func (OnBreach) Values() []string { return []string{string(OnBreachAlarm), string(OnBreachHold)} }
