package settings

import "time"

// longestHold bounds how long a list may be held back: a revocation that waits
// longer than that reaches nobody in time.
const longestHold = Duration(30 * 24 * time.Hour)

func (c sourceCheck) guards(key string, g Guards) {
	if g.MaxShrinkPercent < 0 || g.MaxShrinkPercent > 99 {
		c.add(below(key, "maxShrinkPercent"), "%d: write a number from 1 to 99, or leave it out for no limit", g.MaxShrinkPercent)
	}
	if g.MaxNewlyRevoked < 0 {
		c.add(below(key, "maxNewlyRevoked"), "%d is negative: write how many, or leave it out for no limit", g.MaxNewlyRevoked)
	}
	if g.HoldFor > longestHold {
		c.add(below(key, "holdFor"), "%s: hold a list back for %s at most: what it revokes is not refused meanwhile", g.HoldFor, longestHold)
	}
	if g.MaxShrinkPercent == 0 && g.MaxNewlyRevoked == 0 && g.OnBreach == OnBreachHold {
		c.add(below(key, "onBreach"), "without a limit nothing is ever held: set \"maxShrinkPercent\" or \"maxNewlyRevoked\"")
	}
}
