package settings

import "time"

// DefaultPollEvery is one look in each run of the schedule.
const DefaultPollEvery = time.Minute

// Defaults is a configuration in which nothing was written.
func Defaults() Settings {
	return Settings{
		StackName: "Sekisho",
		Trust: Trust{
			Revocation:   RevocationRequire,
			FirstRefresh: FirstRefreshRequired,
			Limits:       DefaultLimits(),
		},
		Network: Network{
			IPAddressType: IPv4,
			VPCCIDR:       "10.0.0.0/16",
		},
		Listeners: defaultListeners(),
		Functions: Functions{
			Verifier:         defaultVerifier(),
			Refresher:        Refresher{ReservedConcurrency: true},
			Alarms:           Alarms{Enabled: true, LifeLeftPercent: 25, NoSuccessMinutes: 15, QuotaPercent: 80},
			Canary:           Canary{Every: Duration(5 * time.Minute)},
			PollEvery:        Duration(DefaultPollEvery),
			LogRetentionDays: 90,
		},
	}
}

func defaultListeners() Listeners {
	return Listeners{
		MutualAuthentication: MutualAuthenticationOn,
		VerifyPort:           443,
		PassthroughPort:      8443,
		Port80:               Port80Closed,
		TLSPolicy:            DefaultTLSPolicy,
		ClientKeepAlive:      Duration(5 * time.Minute),
		AccessLogs:           true,
		ConnectionLogs:       true,
		LoadBalancerLogDays:  90,
	}
}

func defaultVerifier() Verifier {
	gate := DefaultGate()
	return Verifier{
		Grace:           gate.Grace,
		MaxSnapshotAge:  gate.MaxSnapshotAge,
		SnapshotGrace:   gate.SnapshotGrace,
		HealthCheckPath: gate.HealthPath,
	}
}
