#!/bin/sh
# The tests in four parts, two at a time: most wait for a database, and each part has a server of its own.
python="$1"
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'pkill -TERM -P "$all" 2>/dev/null; kill "$all" 2>/dev/null; exit 130' INT TERM
{
    echo 'tests/contexts/test_[a-o]*.py'
    echo 'tests/browser tests/flows tests/proofs'
    echo 'tests/contexts/test_[p-z]*.py tests/contexts/[a-z]*/'
    echo 'tests/adapters tests/pure'
} | xargs -P 2 -I '{}' sh -c '
    log=$(mktemp "$1/XXXXXX")
    echo "Testing {} ..."
    "$0" -m pytest {} >"$log" 2>&1
    code=$?
    cat "$log"
    exit "$code"
' "$python" "$logs" &
all=$!
wait "$all"
