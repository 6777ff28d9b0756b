#!/bin/bash
set -euo pipefail
if [ "${1:0:1}" = - ]; then set -- mongod "$@"; fi
if [ "$(id -u)" = 0 ]; then
  chown mongodb /data/db
  exec setpriv --reuid mongodb --regid mongodb --clear-groups "$@"
fi
exec "$@"
