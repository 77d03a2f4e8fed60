#!/bin/sh
# Freezes the unit of a release: sec/upgrade/freeze.sh VERSION (0.2), run in the tree of that release.
#
# The unit is the one that the story cmd/cutout/testdata/script/job.txtar makes. Its backup, restored into PostgreSQL, is
# the unit of the other engine. Needs PostgreSQL (CUTOUT_TEST_POSTGRES, else Debian's usual place), psql and pg_dump.
set -eu
version=${1:?the version, as in 0.2}
cd "$(dirname "$0")/../.."
out=$PWD/sec/upgrade/testdata/v$version
[ ! -e "$out" ] || { echo "$out is there already; a frozen unit is never changed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
address=${CUTOUT_TEST_POSTGRES:-postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable}
umask 077

CGO_ENABLED=0 go build -trimpath -o "$work/cutout" ./cmd/cutout
TMPDIR=$work go test ./cmd/cutout -run 'TestScripts/job$' -count=1 -testwork >/dev/null
unit=$(echo "$work"/*/script-job/unit)
echo 'a passphrase for everybody' >"$work/all.pass"
echo 'root passphrase here' >"$work/root.pass"

psql -q "$address" -c 'CREATE SCHEMA cutout_fixture'
trap 'psql -q "$address" -c "DROP SCHEMA IF EXISTS cutout_fixture CASCADE" 2>/dev/null; rm -rf "$work"' EXIT
case $address in *\?*) join='&' ;; *) join='?' ;; esac
echo "$address${join}search_path=cutout_fixture" >"$work/dsn"
"$work/cutout" backup make --data "$unit" --out "$work/unit.backup" >/dev/null
"$work/cutout" backup keys --data "$unit" --out "$work/unit.keys" --keys-passphrase-file "$work/all.pass" -o root --passphrase-file "$work/root.pass" >/dev/null
"$work/cutout" restore --from "$work/unit.backup" --keys "$work/unit.keys" --keys-passphrase-file "$work/all.pass" --data "$work/pg" --postgres-file "$work/dsn" >/dev/null

mkdir -p "$out"
"$work/cutout" audit checkpoint --data "$unit" -o inspector --passphrase-file "$work/all.pass" >"$out/sqlite.checkpoint"
"$work/cutout" audit checkpoint --data "$work/pg" -o inspector --passphrase-file "$work/all.pass" >"$out/postgres.checkpoint"
gzip -9nc "$unit/cutout.db" >"$out/cutout.db.gz"
cp "$unit/keys/store.key" "$out/sqlite.key"
cp "$work/pg/keys/store.key" "$out/postgres.key"
pg_dump "$address" --schema=cutout_fixture --no-owner --inserts --rows-per-insert=50 |
  grep -v '^\\\|^SET \|^SELECT pg_catalog.set_config\|^CREATE SCHEMA\|^--' | cat -s | gzip -9n >"$out/postgres.sql.gz"
chmod -R go+rX "$out"
CUTOUT_FREEZE=1 go test ./sec/upgrade -count=1
ls -l "$out"
