package settings

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// retentionDays are what Amazon CloudWatch Logs takes (API_PutRetentionPolicy).
var retentionDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (p *problems) retention(days int) {
	if slices.Contains(retentionDays, days) {
		return
	}
	var words []string
	for _, d := range retentionDays {
		words = append(words, strconv.Itoa(d))
	}
	p.add("logRetentionDays", "%d: CloudWatch Logs takes %s", days, strings.Join(words, ", "))
}

func (p *problems) refresher(s Settings) {
	p.pollEvery("pollEvery", s.PollEvery)
	p.plainURL("refresher.proxy", s.Refresher.Proxy, "http://host:port", "http", "https")
	if s.Refresher.Proxy == "" {
		p.without("refresher.proxy", namedText{"refresher.noProxy", s.Refresher.NoProxy})
	}
	if s.Refresher.Network != nil {
		p.functionNetwork("refresher.network", "the distribution point", *s.Refresher.Network, s)
	}
}

// pollEvery is bounded by the schedule above, and below by what a second still
// resolves: the lists carry their dates in whole seconds.
func (p *problems) pollEvery(key string, every Duration) {
	if time.Duration(every) < time.Second || time.Duration(every) > DefaultPollEvery {
		p.add(key, "%s: write 1s to 1m: the schedule runs once a minute, and each run looks again and again until 45 s have passed", every)
	}
}
