# Cutout. `make run` shows the demo, `make check` runs all tests; both install what they lack where they may.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD       = CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)"
# Linking SQLite into each test binary is what costs; two at a time is what two cores carry.
TEST        = go test -p 2

.PHONY: run build assets check check-long fast race browser mutants bench fuzz golden clean

run: build
	./bin/cutout demo

build: assets
	$(BUILD) -o bin/cutout ./cmd/cutout

# Fonts and htmx come from npm by the lock file. Without Node the pages work with the system's fonts.
assets:
	@if command -v npm >/dev/null; then \
	  if [ -z "$$(ls internal/web/assets/dist)" ] || [ package-lock.json -nt internal/web/assets/dist/.built ]; then \
	    npm ci --no-fund --no-audit --loglevel=error && npm run --silent build && touch internal/web/assets/dist/.built; fi; \
	else echo "no npm here: pages will use the system's fonts"; fi

check: prepare assets
	@test -z "$$(gofmt -l cmd internal sec fault bench *.go 2>/dev/null)" || { echo "not formatted:"; gofmt -l cmd internal sec fault bench *.go; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	$(TEST) ./...
	$(MAKE) --no-print-directory mutants race

# What the tests need: PostgreSQL and a browser. One printed line for each that cannot be had.
.PHONY: prepare
prepare:
	@sh .ci/prepare

# Every planted leak must be caught by the noninterference harness.
mutants:
	$(TEST) -tags leaks -run 'Mutants' ./sec/ni

race:
	$(TEST) -race -run 'ManyAtOnce|TwoStores|OpenTogether|CloseWhileBusy|WriteMany|DraftsAndSessions|MainJob' ./internal/store ./internal/casework

check-long: check
	CUTOUT_LONG=1 $(TEST) -timeout 60m ./...
	CUTOUT_LONG=1 $(TEST) -timeout 60m -tags leaks -run 'Mutants' ./sec/ni

bench: assets
	go run ./bench

fuzz:
	@for p in $$(go list ./internal/...); do \
	  for f in $$(go test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s -fuzzminimizetime 1x $$p || exit 1; done; done

golden:
	$(TEST) ./internal/web/... ./internal/api/... -update

clean:
	rm -rf bin internal/web/assets/dist/* internal/web/assets/dist/.built
