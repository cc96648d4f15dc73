#!/bin/sh
# The tests run real programs beside the product: PostgreSQL, Redis, Chromium, an OpenID provider (Glewlwyd), and
# Homebridge in a network of its own.
# On Debian as root this installs what is missing; elsewhere it says what to install.
set -eu

# None of what Homebridge brings along may run scripts of its own when it is installed: one of them calls home.
homebridge=$(dirname "$0")/homebridge
if [ ! "$homebridge/node_modules/.package-lock.json" -nt "$homebridge/package-lock.json" ]; then
  echo "Installing for the tests: Homebridge"
  npm ci --prefix "$homebridge" --ignore-scripts --no-audit --no-fund --silent
fi

missing=
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v glewlwyd >/dev/null || missing="$missing glewlwyd"
command -v ip >/dev/null || missing="$missing iproute2"
command -v unshare >/dev/null || missing="$missing util-linux"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests:$missing"
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "The tests need these programs, please install them:$missing" >&2
  exit 1
fi
