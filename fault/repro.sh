#!/bin/sh
# Same source, same toolchain, same program: builds twice, in two directories, with two homes and two empty build caches,
# and by two accounts where this one may; then compares the bytes. Run it at the top of the project.
set -eu
work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT INT TERM
chmod 755 "$work"
version=${VERSION:-repro}
modules=$(go env GOMODCACHE)
proxy=$(go env GOPROXY)
one() { # DIRECTORY ACCOUNT
  mkdir -p "$work/$1/home" "$work/$1/a/path of its own"
  tar -cf - --exclude=./.git --exclude=./bin --exclude=./node_modules . | (cd "$work/$1/a/path of its own" && tar -xf -)
  as=""
  if [ -n "$2" ]; then
    chown -R "$2" "$work/$1"
    as="setpriv --reuid $2 --regid $2 --clear-groups"
  fi
  # The modules themselves are checked against go.sum by the go command.
  (cd "$work/$1/a/path of its own" && env -u GOFLAGS HOME="$work/$1/home" GOCACHE="$work/$1/cache" GOMODCACHE="$modules" GOPROXY="$proxy" CGO_ENABLED=0 TZ="$3" LANG="$4" \
    $as go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$version" -o "$work/$1/cutout" ./cmd/cutout)
}
other=""
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1 && setpriv --reuid 65534 --regid 65534 --clear-groups test -r "$modules/cache/download" 2>/dev/null; then
  other=65534
else
  echo "one account builds twice: no second one can read the modules here"
fi
one first "" UTC C
one second "$other" Asia/Damascus ar_SY.UTF-8
cmp "$work/first/cutout" "$work/second/cutout"
sum=$(sha256sum "$work/first/cutout" 2>/dev/null || shasum -a 256 "$work/first/cutout")
echo "the same bytes twice: ${sum%% *}"
