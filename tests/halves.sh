#!/bin/sh
# The tests in two halves beside each other: most wait for a database, and each half has a server of its own.
python="$1"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$python" -m pytest tests/contexts >"$log" 2>&1 &
half=$!
trap 'kill "$half" 2>/dev/null; exit 130' INT TERM
"$python" -m pytest tests/adapters tests/browser tests/flows tests/proofs tests/pure
rest=$?
wait "$half"
contexts=$?
cat "$log"
[ "$rest" -eq 0 ] && [ "$contexts" -eq 0 ]
