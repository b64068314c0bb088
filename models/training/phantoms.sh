#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the phantoms that the network is trained on and those it is tested on: phantoms.sh DIR writes DIR/train and DIR/test, by the
# lists beside this file. What is there already is kept, so it can be interrupted.
set -eu
dir=${1:?folder to write to}
here=$(cd "$(dirname "$0")" && pwd)

for part in train test; do
    "$here/../../hounsfield" phantom --list "$here/phantoms-$part.txt" --out "$dir/$part"
done
