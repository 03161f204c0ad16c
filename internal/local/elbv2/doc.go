// Package elbv2 is the trust-store API of Elastic Load Balancing, version
// 2015-12-01, as AWS documents it: it takes CA bundles and revocation lists
// from S3 by copying them at the time of the call, numbers the lists, and
// shows each trust store to a gate as an immutable View.
//
// It decides with the standard library alone and shares nothing with the
// rooms that the product decides with, so that it can contradict them. Where
// AWS does not document a behaviour there is a switch (Switches); where AWS
// documents a limit there is a quota (Quotas).
//
// It does not speak TLS, keeps nothing across restarts, and does not verify
// the signatures of requests: it is for one machine and for tests.
package elbv2
