// Package browser has tests alone: what a person sees in a real browser who
// holds a client certificate, and after it was revoked. They need Chromium and
// the NSS tools (Debian: chromium, libnss3-tools) and unshare from util-linux;
// without them the tests are skipped, and fail under "make e2e".
package browser
