package settings

// TLSPolicy is the name of a predefined security policy (ALB guide,
// describe-ssl-policies.html).
type TLSPolicy string

// DefaultTLSPolicy speaks TLS 1.3 and 1.2 with forward secrecy and
// authenticated encryption only.
const DefaultTLSPolicy TLSPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

// Values are the policies that speak nothing older than TLS 1.2.
func (TLSPolicy) Values() []string {
	var all []string
	for _, family := range []struct {
		suffix   string
		variants []string
	}{
		{"-2021-06", []string{"-1-2-Res", "-1-2", "-1-2-Ext1", "-1-2-Ext2", "-1-3"}},
		{"-PQ-2025-09", []string{"-1-2-Res", "-1-2", "-1-2-Ext1", "-1-2-Ext2", "-1-3"}},
		{"-FIPS-2023-04", []string{"-1-2-Res", "-1-2", "-1-2-Ext0", "-1-2-Ext1", "-1-2-Ext2", "-1-3"}},
		{"-FIPS-PQ-2025-09", []string{"-1-2-Res", "-1-2", "-1-2-Ext0", "-1-2-Ext1", "-1-2-Ext2", "-1-3"}},
	} {
		for _, variant := range family.variants {
			all = append(all, "ELBSecurityPolicy-TLS13"+variant+family.suffix)
		}
	}
	return all
}
