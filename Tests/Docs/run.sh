#!/bin/bash
# Compares the documentation's tables with the library and the bundled models.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
python3 -B "$root/Tests/Docs/tables.py" "$build/libisolde.so" "$build/isolde.lv2/models" || failures=1
finish
