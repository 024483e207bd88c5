#!/bin/bash
# The long tests of docs/reliability.md in short: seconds of `make soak` and `make churn`, and faults on
# purpose.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
bundle=$build/isolde.lv2

check "half a minute of sound through two instances cut differently" "$tools/soak" "$bundle" 0.5 1
refused "soak finds a bit that differs" '[1-9][0-9]* spans differ.*WRONG' "$tools/soak" "$bundle" 0.05 1 bit
refused "soak finds NaN" '[1-9][0-9]* not finite.*WRONG' "$tools/soak" "$bundle" 0.05 1 nan
refused "soak finds memory that grows" 'WRONG' "$tools/soak" "$bundle" 0.4 1 leak
check "2,000 instances come and go" "$tools/churn" "$bundle" 2000 1
refused "churn finds memory that grows" 'WRONG' "$tools/churn" "$bundle" 2000 1 leak
finish
