package settings

import (
	"regexp"
	"strings"
)

// arnKind is one kind of Amazon Resource Name.
type arnKind struct {
	what    string
	pattern *regexp.Regexp
	example string
}

var (
	certificateARNs = arnKind{"a certificate in AWS Certificate Manager or IAM",
		regexp.MustCompile(`^arn:[a-z-]+:(acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+|iam::[0-9]{12}:server-certificate/\S+)$`),
		"arn:aws:acm:REGION:ACCOUNT:certificate/ID"}
	loadBalancerARNs = arnKind{"an Application Load Balancer",
		regexp.MustCompile(`^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[a-z0-9]+$`),
		"arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID"}
	trustStoreARNs = arnKind{"a trust store",
		regexp.MustCompile(`^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:truststore/[A-Za-z0-9-]+/[A-Za-z0-9]+$`),
		"arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID"}
	targetGroupARNs = arnKind{"a target group",
		regexp.MustCompile(`^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup/[A-Za-z0-9-]+/[a-z0-9]+$`),
		"arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID"}
	functionARNs = arnKind{"a Lambda function",
		regexp.MustCompile(`^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$`),
		"arn:aws:lambda:REGION:ACCOUNT:function:NAME"}
	secretARNs = arnKind{"a secret in AWS Secrets Manager",
		regexp.MustCompile(`^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$`),
		"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-6CHARS"}
	webACLARNs = arnKind{"a regional web ACL",
		regexp.MustCompile(`^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[a-z0-9-]+$`),
		"arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID"}
)

// named is an ARN and where it was written.
type namedARN struct{ key, arn string }

// arn checks one ARN; an empty one is none.
func (p *problems) arn(key, arn string, kind arnKind) {
	if arn != "" && !kind.pattern.MatchString(arn) {
		p.add(key, "%q is not the ARN of %s: write it like %s", arn, kind.what, kind.example)
	}
}

// onePlace reports ARNs that are not of the region and account of the first:
// the stack and everything that it works with are in one.
func (p *problems) onePlace(arns []namedARN) {
	first := namedARN{}
	for _, a := range arns {
		region, account := placeOf(a.arn)
		switch {
		case region == "":
		case first.arn == "":
			first = a
		default:
			p.samePlace(first, a, region, account)
		}
	}
}

func (p *problems) samePlace(first, a namedARN, region, account string) {
	firstRegion, firstAccount := placeOf(first.arn)
	if region != firstRegion {
		p.add(a.key, "in region %s, but %s is in %s: both must be in the stack's region", region, first.key, firstRegion)
	}
	if account != firstAccount {
		p.add(a.key, "of account %s, but %s is of %s: both must be of the stack's account", account, first.key, firstAccount)
	}
}

// placeOf is the region and the account of an ARN, empty where it has none.
func placeOf(arn string) (string, string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	return parts[3], parts[4]
}
