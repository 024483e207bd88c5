#!/bin/bash
# The tests written in Swift, against build/libisolde.a.
set -u
cd "$(dirname "$0")/../.." || exit 2

# SwiftPM does not know that the tests are linked with the archive.
bundle=$(swift build --show-bin-path)/isoldePackageTests.xctest
[ build/libisolde.a -nt "$bundle" ] && rm -f "$bundle"
swift build --build-tests || exit 1

# `✔ Test NAME passed after …` and `✘ Test NAME failed after …` are the verdicts; with `recorded an
# issue` comes the reason.
swift test --skip-build --disable-xctest 2>&1 | awk '
  { print }
  /Test run with [0-9]+ tests/ { next }
  /^✘ Test .* recorded an issue/ {
    name = $0; sub(/ recorded an issue.*/, "", name); sub(/^✘ Test /, "", name)
    why = $0; sub(/.* recorded an issue (with [0-9]+ argument[s]? )?/, "", why)
    if (!(name in reason)) reason[name] = why
  }
  /^✔ Test .* passed after/ {
    name = $0; sub(/^✔ Test /, "", name); sub(/ (with [0-9]+ test cases )?passed after.*/, "", name)
    print "ok " name
  }
  /^✘ Test .* failed after/ {
    name = $0; sub(/^✘ Test /, "", name); sub(/ (with [0-9]+ test cases )?failed after.*/, "", name)
    print "FAILED " name ": " substr(reason[name], 1, 400)
    bad = 1
  }
  / skipped(: |\.$)/ {
    name = $0; sub(/^[^ ]+ Test /, "", name); sub(/ skipped[:.].*/, "", name)
    why = $0; sub(/.* skipped[:.] ?/, "", why)
    print "skipped " name ": " why
  }
  END { exit bad }'
status=("${PIPESTATUS[@]}")
[ "${status[0]}" = 0 ] && [ "${status[1]}" = 0 ]
