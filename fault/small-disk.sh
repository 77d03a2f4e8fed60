#!/bin/sh
# Runs a command with a disk of its own: small-disk.sh SIZE DIR COMMAND [ARGUMENT…]
#
#   sh fault/small-disk.sh 6m /tmp/small ./bin/cutout --help
#
# DIR becomes a disk in memory of SIZE (as mount -o size= takes it), seen by the command alone and gone with it. It needs
# no rights: an ordinary user gets a user namespace where the machine allows one. Exit code 77: it does not.
set -eu
if [ "${1:-}" = --inside ]; then
  mount -t tmpfs -o "size=$2,mode=700" tmpfs "$3"
  shift 3
  exec "$@"
fi
alone="unshare -Um --map-root-user"
[ "$(id -u)" != 0 ] || alone="unshare -m"
command -v unshare >/dev/null 2>&1 && $alone true 2>/dev/null || { echo "no namespace of one's own here" >&2; exit 77; }
exec $alone sh "$0" --inside "$@"
