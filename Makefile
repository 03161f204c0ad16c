# Sekisho. Two commands on a fresh machine do everything: make local, make test.

GO ?= go
export CGO_ENABLED ?= 0
BUILD = $(GO) build -trimpath -buildvcs=false
# Only the command tells its commit: what is deployed is the same whenever its
# code is.
COMMIT = $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
FUNCTION = $(BUILD) -tags lambda.norpc -ldflags "-s -w"

.DEFAULT_GOAL := help
.PHONY: help local demo test fuzz bench build functions lint clean needs

help: ## what can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

local: build ## run everything on this machine until Ctrl-C (flags: ARGS="--every 10s")
	@exec bin/sekisho local $(ARGS)

demo: build ## play the story without a human: let in, revoked, turned away
	@bin/sekisho demo $(ARGS)

# gotestsum says at the end what failed, and what was skipped and why. The
# race detector wants a C compiler. The CDK's bindings are a mountain of
# generated code without a goroutine of ours: infra is tested without it.
SUMMED = $(GO) run gotest.tools/gotestsum@v1.13.0 --format pkgname --
RACE = $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)

test: build ## run the tests (with the race detector where there is a C compiler)
	@test -n "$(RACE)" || echo "No C compiler: the tests run without the race detector"
	CGO_ENABLED=$(if $(RACE),1,0) $(SUMMED) $(RACE) -timeout 15m $(ARGS) $$($(GO) list ./... | grep -v /infra)
	$(SUMMED) -timeout 15m $(ARGS) ./infra/...

# What real clients see: curl, openssl, the AWS CLI where there is one, PKCS #12
# importers, and a browser with a client certificate. Nothing is skipped for
# want of a browser.
E2E = ./internal/local/browser ./internal/local/endpoint ./internal/local ./cmd/sekisho ./docs

.PHONY: e2e screenshots
e2e: needs ## run everything with real clients, a browser among them
	@for tool in chromium certutil pk12util unshare curl openssl python3; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	test -z "$$missing" || { echo "Missing:$$missing. On Debian: apt-get install chromium libnss3-tools util-linux curl openssl python3" >&2; exit 1; }
	SEKISHO_E2E=1 $(GO) run gotest.tools/gotestsum@v1.13.0 --format testname -- -count=1 -timeout 15m $(ARGS) $(E2E)

screenshots: needs ## take the pictures of README anew (docs/screenshots)
	@mkdir -p docs/screenshots
	SEKISHO_E2E=1 SEKISHO_SCREENSHOTS=$(CURDIR)/docs/screenshots $(GO) test -count=1 ./internal/local/browser

FUZZTIME ?= 60s

fuzz: needs ## fuzz every decoder, one after the other (FUZZTIME=60s each)
	@for at in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal | xargs -n1 dirname | sort -u); do \
	  for law in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$at/*_test.go | cut -c6-); do \
	    echo "$$at $$law"; $(GO) test ./$$at -run '^$$' -fuzz "^$$law\$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; \
	done

bench: build ## measure beside openssl and crypto/x509 into docs/benchmarks.md (minutes; ARGS=--quick)
	$(BUILD) -o bin/bench/ ./internal/bench/...
	$(GO) test -c -trimpath -o bin/bench/gate.test ./internal/gate
	@bin/bench/bench --document docs/benchmarks.md --summary README.md $(ARGS)

build: needs ## build the command and the functions for this machine into bin/
	$(BUILD) -ldflags "-X main.commit=$(COMMIT)" -o bin/sekisho ./cmd/sekisho
	$(FUNCTION) -o bin/refresh/bootstrap ./lambdas/refresh
	$(FUNCTION) -o bin/verify/bootstrap ./lambdas/verify
	$(FUNCTION) -o bin/canary/bootstrap ./lambdas/canary

functions: needs ## build the functions for AWS Lambda (linux/arm64) into dist/
	GOOS=linux GOARCH=arm64 $(FUNCTION) -o dist/refresh/bootstrap ./lambdas/refresh
	GOOS=linux GOARCH=arm64 $(FUNCTION) -o dist/verify/bootstrap ./lambdas/verify
	GOOS=linux GOARCH=arm64 $(FUNCTION) -o dist/canary/bootstrap ./lambdas/canary

# Node.js 20 works; without this every run of the CDK would begin with a banner
# that it is past its end of life.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION ?= 20

.PHONY: synth diff deploy destroy node_modules bin/infra
synth: node_modules ## write the templates of cdk.json and of docs/examples into cdk.out/ (no AWS account)
	@rm -rf cdk.out
	@node_modules/.bin/cdk synth --quiet -c examples=docs/examples $(ARGS)

diff: node_modules ## show what a deployment would change
	@node_modules/.bin/cdk diff $(ARGS)

deploy: node_modules ## deploy what cdk.json says (another file: ARGS="-c sekisho=gate-2.json")
	@node_modules/.bin/cdk deploy $(ARGS)

destroy: node_modules ## remove it, after a deployment with "mutualAuthentication": "off"
	@node_modules/.bin/cdk destroy $(ARGS)

bin/infra: needs
	$(BUILD) -o bin/infra ./infra

lint: needs ## check style and structure (builds the linter from its module first, minutes)
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.2 run

clean: ## remove what was built, and the twin's state
	rm -rf bin dist cdk.out .sekisho

needs:
	@command -v $(GO) >/dev/null || { echo "Go is missing: install Go 1.26 or later, from https://go.dev/dl or your system's packages" >&2; exit 1; }

# The pinned CDK command; npm touches the file when it has done its work.
node_modules: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "Node.js is missing: the AWS CDK needs version 20 or later, with npm" >&2; exit 1; }
	npm ci
