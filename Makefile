# One target a habit; `make` alone lists them.
SHELL := /bin/bash
GO ?= go
CACHE := $(or $(PGY_CACHE),$(HOME)/.cache/pugongying)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PACKAGES := ./cmd/... ./content/... ./internal/... ./miniprogram

.PHONY: help run build miniprogram types test unit race lint fmt conformance check bench soak e2e fuzz archive

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: build ## build everything and serve the classroom at http://localhost:8080
	@bin/pugongying staff demo
	bin/pugongying serve

build: miniprogram ## the binary with the app inside, bin/pugongying
	@GO=$(GO) .ci/compile $(VERSION) bin/pugongying

miniprogram: ## build the app for the browser (embedded in the binary) and for WeChat
	@.ci/tools node
	cd miniprogram && npm run --silent site && npm run --silent build:weixin

types: ## the app's TypeScript types, from the server's OpenAPI document
	@.ci/tools node
	$(GO) run ./cmd/pugongying openapi >miniprogram/openapi.json
	cd miniprogram && npm run --silent types

test: build ## every test that needs no engine besides the embedded ones, and the walk in Chromium
	@.ci/tools redis chromium gcc nginx
	$(GO) vet $(PACKAGES)
	$(GO) test $(PACKAGES)
	cd miniprogram && npm test --silent
	$(MAKE) --no-print-directory e2e

race: ## the Go tests under the race detector; cmd/bench alone is left out, which measures
	@.ci/tools gcc
	$(GO) test -race -timeout 20m $(filter-out ./cmd/...,$(PACKAGES)) ./cmd/internal/... ./cmd/pugongying ./cmd/scoreboard

lint: ## golangci-lint, and the types must be current
	@.ci/tools lint
	$(CACHE)/bin/golangci-lint run $(PACKAGES)

fmt: ## format Go
	gofmt -w cmd content internal miniprogram/*.go

conformance: build ## the contracts and the walk on Redis, MinIO and MongoDB's wire protocol
	@.ci/tools redis chromium gcc minio secantus
	PGY_REQUIRE=redis,s3,mongo $(GO) test -count=1 ./internal/store/... ./internal/cache/... ./internal/blob/... ./internal/quiz/... ./internal/member/... ./internal/ledger/... ./internal/publish/...
	PGY_REQUIRE=redis,s3,mongo $(GO) test -count=1 -run 'TestWorkIsDoneByAProcess|TestASuspensionIsEverywhere|TestTwoServersWhoseClocksStandApart' ./cmd/pugongying
	PGY_REQUIRE=redis,s3,mongo $(GO) test -count=1 -run BetweenEngines ./cmd/internal/app
	PGY_REQUIRE=redis,s3,mongo PGY_E2E=real $(MAKE) --no-print-directory e2e

check: ## what CI runs, and the scoreboard of what it measured
	.ci/run

bench: build ## the table of ratios, measured side by side
	@.ci/bench

soak: ## whole counts whose tenth runs in make test: a public collection of laws, 100,000 guests, 100,000 publications, 3,600 probes of the lock, 100,000 claims
	PGY_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run TestAWholeLawBook ./cmd/pugongying
	PGY_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run TestGuestsWhoComeAndGo ./internal/member
	PGY_SOAK=1 $(GO) test -count=1 -timeout 20m -v -run TestTheWholeFileIsCheckedAtStart ./internal/store/bolt
	PGY_SOAK=1 $(GO) test -count=1 -timeout 20m -v -run TestAClockThatRunsAhead ./cmd/pugongying
	PGY_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run TestALockedAccountWithoutItsCode ./internal/api
	PGY_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run 'TestATableIsReadFast|TestEveryFigureIsTheSumOfItsLines|TestManyPublicationsStayQuick' ./internal/store
	PGY_SOAK=1 $(GO) test -count=1 -timeout 60m -v -run 'TestFiveHundredWantOneSlot|TestClaimsOfEveryKindNeverMeet|TestADayIsLinearizable' ./internal/store

e2e: ## the walk in Chromium against bin/pugongying (make build first; PGY_E2E=real for the real engines)
	@.ci/tools chromium node
	node --test --test-reporter=spec e2e/suite.test.mjs
	cd miniprogram && npm run --silent gate

fuzz: ## the native targets a minute each, then a million requests through the whole router
	.ci/fuzz

archive: miniprogram ## what a machine without internet installs from: dist/pugongying-…-{amd64,arm64}.tar.gz
	.ci/archive $(VERSION)
