#!/bin/sh
# The smallest model, and quick to start: it sleeps, then gives back a parameter.
set -eu
in=$3
out=$5
value() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "$in/inputs.json" | head -n 1; }
echo "weighing" >&2
echo '{"progress": 0.5, "text": "weighing"}'
sleep "$(value seconds)"
printf 'insee,weight\n01004,%s\n91272,%s\n' "$(value weight)" "$(value weight)" > "$out/pebbles.csv"
printf '{"indicators": [{"name": "land.take", "value": %s, "unit": "ha/yr", "place": "01004", "year": 2024}],
 "tables": {"pebbles": {"path": "pebbles.csv"}}}' "$(value weight)" > "$out/outputs.json"
