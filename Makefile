# Two targets do all the set-up on a fresh Debian 12 machine with Swift installed: `make demo` and `make test`.

# What the product needs to build and run.
PACKAGES := libcurl4-openssl-dev libssl-dev libyaml-dev libarchive-dev libsqlite3-dev pkg-config ipxe
# The real peers and tools that the tests use.
TEST_PACKAGES := openssl curl tftp-hpa atftp python3 python3-yaml python3-jsonschema xz-utils zstd cpio genisoimage jq docker-registry skopeo \
	$(if $(shell command -v kubectl),,kubernetes-client)

BINARY := .build/release/cozy-bootstrap

.PHONY: demo build test lint packages test-packages

demo: build
	$(BINARY) init isp-full --lab

build: packages
	swift build -c release --product cozy-bootstrap

test: packages test-packages lint
	swift test --no-parallel --disable-xctest

lint:
	Scripts/lint
	Scripts/check-floors

packages:
	@Scripts/install-packages $(PACKAGES)

test-packages:
	@Scripts/install-packages $(TEST_PACKAGES)
