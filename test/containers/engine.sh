#!/usr/bin/env bash
# A Docker engine of one's own, apart from any other on this machine, for machines (Debian, as root) that have none:
#   test/containers/engine.sh start [FOLDER]   installs what is missing, starts it, prints what to export
#   test/containers/engine.sh stop [FOLDER]    ends its containers and itself, and deletes the folder
set -euo pipefail
COMPOSE=v2.40.3
folder=${2:-/tmp/millrace-engine}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/millrace
plugin=$cache/docker-compose-$COMPOSE
export DOCKER_HOST=unix://$folder/docker.sock

install_engine() {
  if command -v dockerd debootstrap iptables > /dev/null; then return; fi
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends docker.io debootstrap iptables
}

# Debian's own Compose knows no --wait; the real one builds from the Go module proxy in two minutes.
install_compose() {
  if [ -x "$plugin" ]; then return; fi
  local module=github.com/docker/compose/v2 work
  work=$(mktemp -d)
  cp -r "$(go mod download -json $module@$COMPOSE | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')" "$work/source"
  chmod -R u+w "$work"
  mkdir -p "$cache"
  (cd "$work/source" \
    && go build -trimpath -ldflags "-s -w -X $module/internal.Version=$COMPOSE" -o "$plugin" ./cmd)
  rm -rf "$work"
}

start() {
  install_engine >&2
  install_compose >&2
  mkdir -p "$folder/config/cli-plugins"
  ln -sf "$plugin" "$folder/config/cli-plugins/docker-compose"
  setsid nohup dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
    --host "$DOCKER_HOST" > "$folder/log" 2>&1 < /dev/null &
  for _ in $(seq 150); do
    if docker info > /dev/null 2>&1; then break; fi
    sleep 0.2
  done
  docker info > /dev/null || { tail -20 "$folder/log" >&2; exit 1; }
  echo "export DOCKER_HOST=$DOCKER_HOST DOCKER_CONFIG=$folder/config TESTCONTAINERS_RYUK_DISABLED=true"
}

stop() {
  docker ps -aq | xargs -r docker rm -f -v > /dev/null
  local pid
  pid=$(cat "$folder/pid")
  kill "$pid"
  while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
  rm -rf "$folder"
}

case ${1:-} in
  start | stop) "$1" ;;
  *) sed -n '2,4p' "$0"; exit 2 ;;
esac
