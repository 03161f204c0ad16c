package attack

// paths are ways to write a path. The health check answers everybody the
// same, and nothing else does; there are no rules on paths here, so that
// everywhere else the caller is who it is.
func paths() []crafted {
	at := func(path string, lines ...string) string { return line("GET "+path+" HTTP/1.1", lines...) }
	return []crafted{
		{"health check", at("/healthz"), healthy},
		{"health check with a query", at("/healthz?path=/admin"), healthy},
		{"health check with a fragment", at("/healthz#/admin"), refuses("malformed-path")},
		{"path that begins like the health check", at("/healthz/admin"), alone},
		{"slash behind the health check", at("/healthz/"), alone},
		{"slash before the health check", at("//healthz"), alone},
		{"dots behind the health check", at("/healthz/../admin"), alone},
		{"dots before the health check", at("/admin/../healthz"), alone},
		{"health check in escapes", at("/%68ealthz"), alone},
		{"health check in double escapes", at("/%2568ealthz"), alone},
		{"health check in capitals", at("/HEALTHZ"), alone},
		{"health check with a parameter", at("/healthz;/admin"), alone},
		{"health check with a NUL", at("/healthz%00"), alone},
		{"health check with an escaped slash", at("/healthz%2f..%2fadmin"), alone},
		{"health check by its user agent elsewhere", at("/admin", "User-Agent: ELB-HealthChecker/2.0"), alone},
		{"dots", at("/a/../../etc/passwd"), alone},
		{"dots in escapes", at("/a/%2e%2e/%2E%2E/etc/passwd"), alone},
		{"backslashes", at(`/a\..\b`), alone},
		{"slash in double escapes", at("/a%252fb"), alone},
		{"escaped line end", at("/a%0d%0aX-Amzn-Mtls-Clientcert:%20x"), alone},
		{"damaged escape", at("/a%zz"), rejects(400)},
		{"bytes beyond ASCII", at("/\xc3\xa9\xff"), alone},
		{"path without a slash", at("healthz"), rejects(400)},
	}
}
