#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the phantoms that the network is trained on and those it is tested on: phantoms.sh DIR writes DIR/train and DIR/test.
set -eu
dir=${1:?folder to write to}
here=$(cd "$(dirname "$0")/../.." && pwd)

# part, seed, kind, percent of the lung, spacing and thickness in mm, kernel, noise in HU
while read -r part seed kind percent spacing thickness kernel noise; do
    "$here/hounsfield" phantom --seed "$seed" --kind "$kind" --opacity-percent "$percent" --spacing "$spacing" \
        --thickness "$thickness" --kernel "$kernel" --noise "$noise" --out "$dir/$part/$seed-$kind-$percent" </dev/null
done <<'LIST'
train 900 ground-glass 20 5 5 standard 16
train 901 consolidation 20 5 5 standard 16
train 902 crazy-paving 20 5 5 standard 16
train 903 mixed 20 5 5 standard 16
train 910 mixed 0 5 5 standard 16
train 920 consolidation 15 7 3 standard 16
train 921 consolidation 40 7 5 soft 12
train 922 consolidation 28 7 3 sharp 14
train 923 mixed 35 7 5 standard 20
train 924 ground-glass 10 7 3 sharp 22
train 925 crazy-paving 12 7 5 soft 10
train 926 consolidation 8 7 5 standard 20
train 927 mixed 0 7 3 standard 20
test 42 mixed 20 5 5 standard 16
test 950 ground-glass 20 5 5 standard 16
test 951 consolidation 20 5 5 standard 16
test 952 mixed 0 5 5 standard 16
LIST
