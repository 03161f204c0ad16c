package main

import "github.com/sekisho/sekisho/internal/settings"

// canaryNetwork is where the canary stands: in the VPC of a load balancer that
// can only be reached from there. It is nil outside of any, or without a canary.
func canaryNetwork(s settings.Settings) *settings.FunctionNetwork {
	if !hasCanary(s) {
		return nil
	}
	if s.Canary.Network == nil && !s.InternetFacing && s.LoadBalancerARN == "" {
		return &settings.FunctionNetwork{}
	}
	return s.Canary.Network
}

// hasCanary says whether there is something to try: a gate on its way out lets
// nobody in.
func hasCanary(s settings.Settings) bool {
	return s.Canary.Enabled && s.MutualAuthentication == settings.MutualAuthenticationOn
}
