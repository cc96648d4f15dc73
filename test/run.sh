#!/bin/sh
# Runs the kinds of tests side by side, since each mostly waits; what is given goes to all of them: a path, an
# option of Jest. Those of one kind that share a system, ports or logins run one after the other.
set -u
cd "$(dirname "$0")/.."
sh test/provision.sh || exit 1

# Hundreds of processes are started, all of the same few files.
NODE_COMPILE_CACHE="$PWD/node_modules/.cache/node"
export NODE_COMPILE_CACHE

# What many tests begin with, made once.
TEST_TEMPLATES=$(mktemp -d)
export TEST_TEMPLATES
trap 'rm -rf "$TEST_TEMPLATES"' EXIT

run() {
  project=$1
  shift
  node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js \
    "$@" --passWithNoTests --selectProjects "$project"
}

run rooms "$@" &
rooms=$!
run processes --runInBand "$@" &
processes=$!
run long --runInBand "$@" &
long=$!
run system --runInBand "$@"
failed=$?
# Whoever names tests wants these, too.
if [ $# -gt 0 ] || [ -n "${TEST_NIGHT:-}" ]; then
  run night --runInBand "$@" || failed=1
fi
wait $processes || failed=1
wait $long || failed=1
wait $rooms || failed=1
exit $failed
