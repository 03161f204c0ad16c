package settings

import (
	"net/mail"
	"slices"
	"time"
)

// maxNoSuccess is a day in minutes, for which CloudWatch looks back at most
// (API_PutMetricAlarm, EvaluationPeriods).
const maxNoSuccess = 24 * 60

func (p *problems) alarms(a Alarms) {
	address, err := mail.ParseAddress(a.Email)
	if a.Email != "" && (err != nil || address.Address != a.Email) {
		p.add("alarms.email", "%q is not an e-mail address: write it like security@example.com", a.Email)
	}
	p.percent("alarms.lifeLeftPercent", a.LifeLeftPercent)
	p.percent("alarms.quotaPercent", a.QuotaPercent)
	if a.NoSuccessMinutes < 2 || a.NoSuccessMinutes > maxNoSuccess {
		p.add("alarms.noSuccessMinutes", "%d: write a number of minutes from 2 to %d", a.NoSuccessMinutes, maxNoSuccess)
	}
}

func (p *problems) percent(key string, n int) {
	if n < 1 || n > 99 {
		p.add(key, "%d: write per cent, from 1 to 99", n)
	}
}

// maxCanaryEvery is a third of that day, for the alarm looks at three rounds.
const maxCanaryEvery = 8 * time.Hour

// canary checks what a canary must know, and that it can get to the gate.
func (p *problems) canary(s Settings) {
	c := s.Canary
	p.arn("canary.goodSecretArn", c.GoodSecretARN, secretARNs)
	p.arn("canary.revokedSecretArn", c.RevokedSecretARN, secretARNs)
	every := time.Duration(c.Every)
	if every < time.Minute || every > maxCanaryEvery || every%time.Minute != 0 {
		p.add("canary.every", "%s: a schedule takes whole minutes, here from 1m to 8h: its alarm looks at three rounds, and back for a day at most", c.Every)
	}
	if c.HostName != "" && !hostName.MatchString(c.HostName) {
		p.add("canary.hostName", "%q is not a host name: write it in lower case, like gate.example.com", c.HostName)
	}
	if c.Enabled {
		p.canarySecrets(c)
		p.canaryWay(s)
	}
}

func (p *problems) canarySecrets(c Canary) {
	if c.GoodSecretARN == "" {
		p.add("canary.goodSecretArn", "none: name the secret with the certificate that must be let in")
	}
	if c.RevokedSecretARN == "" {
		p.add("canary.revokedSecretArn", "none: name the secret with the certificate that is revoked")
	}
	if c.GoodSecretARN != "" && c.GoodSecretARN == c.RevokedSecretARN {
		p.add("canary.revokedSecretArn", "the same secret as canary.goodSecretArn: one certificate cannot be both")
	}
}

// canaryWay reports a gate that the canary could not knock at.
func (p *problems) canaryWay(s Settings) {
	switch {
	case s.DomainName != "" && s.Canary.HostName != "":
		p.add("canary.hostName", "the gate's name is \"domainName\": remove one of the two")
	case s.DomainName == "" && s.Canary.HostName == "":
		p.add("canary.hostName", "none: name the host that the certificate in \"certificateArn\" is for, as clients know it")
	}
	if s.Canary.Network != nil {
		p.functionNetwork("canary.network", "the load balancer", *s.Canary.Network, s)
		p.canaryWayOut(*s.Canary.Network, s)
		return
	}
	if s.LoadBalancerARN == "" && !s.InternetFacing && s.VPCID != "" {
		p.add("canary.network", "none: the load balancer is private, so say how a function in its VPC reaches AWS: {\"access\": \"existing\"}, or \"endpoints\" with \"routeTableIds\"")
	}
	if s.LoadBalancerARN == "" && s.InternetFacing && !slices.Contains(s.AllowedCIDRs, "0.0.0.0/0") {
		p.add("canary.network", "none: outside of a VPC its address is any, which \"allowedCidrs\" does not admit: put it into a VPC with a way out whose address is admitted")
	}
}

// canaryWayOut reports a new VPC from which no way leads to a public load
// balancer, or none that it admits.
func (p *problems) canaryWayOut(n FunctionNetwork, s Settings) {
	if !s.InternetFacing || n.VPCID != "" || s.VPCID != "" {
		return
	}
	switch n.WithDefaults().Access {
	case AccessEndpoints:
		p.add("canary.network.access", "the load balancer is public, and endpoints lead to AWS alone: set \"nat\", or remove \"canary.network\"")
	case AccessNAT:
		if !slices.Contains(s.AllowedCIDRs, "0.0.0.0/0") {
			p.add("canary.network", "the address of a NAT gateway is not known before it is made, so \"allowedCidrs\" would have to hold 0.0.0.0/0: put the canary into an existing VPC whose way out is admitted")
		}
	}
}
