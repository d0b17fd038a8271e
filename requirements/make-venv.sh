#!/bin/sh
# Makes the virtual environment; says what to do where the machine cannot.
set -eu
python=$1
venv=$2
command -v "$python" >/dev/null 2>&1 || python=python3
command -v "$python" >/dev/null 2>&1 || { echo "Reik needs Python 3.11 or newer: install python3 and python3-venv." >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Reik needs Python 3.11 or newer; $python is older. Set PYTHON=/path/to/python3.11." >&2; exit 2; }
if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null
    else
        echo "This Python cannot make virtual environments: ask for the package python3-venv." >&2; exit 2
    fi
fi
"$python" -m venv "$venv"
