#!/bin/sh
# What the benchmarks are measured against has packages of its own, which the root's `npm ci` leaves out.
set -eu

benchmarks=$(dirname "$0")
[ "$benchmarks/node_modules/.package-lock.json" -nt "$benchmarks/package-lock.json" ] ||
  npm ci --prefix "$benchmarks" --no-audit --no-fund --silent
