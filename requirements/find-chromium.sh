#!/bin/sh
# The browser tests use the system's Chromium: installed by apt when root and missing, else it is said how.
for each in "${REIK_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$each" ] && command -v "$each" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests (once) ..."
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
echo "No Chromium: the browser tests are skipped. Install the package chromium, or set REIK_CHROMIUM=/path/to/it." >&2
exit 0
