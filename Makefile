# The commands of this project. `make test` is the one to know.
.PHONY: run test ci lint format bench

run:            ## Serve on http://127.0.0.1:8080
	cargo run

test:           ## Everything: units, both databases, Chromium, nginx, Caddy, HAProxy; installs what is missing on Debian
	tests/setup/run.sh

lint:           ## What reviewers would say first
	cargo fmt --all -- --check
	cargo clippy --all-targets --test browser --test oauth --features passkeys -- -D warnings
# With a test, so that what tests need is built as above and not once more without it.
	cargo clippy --no-default-features --lib --bins --test tidy -- -D warnings

format:
	cargo fmt --all

bench:          ## Ratios beside a bare handler, a bare hash, a trivial page
	cargo bench

ci: export CARGO_INCREMENTAL = 0 # nothing is built twice there
ci: lint        ## What has to pass before a change lands: nothing may be left out
	LATCHKEY_TEST_ALL=1 tests/setup/run.sh
