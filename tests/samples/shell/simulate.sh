#!/bin/sh
# A model that is a program: awk multiplies an area by a factor and speaks the file protocol.
set -eu
while [ $# -gt 0 ]; do
  case "$1" in
    run) shift ;;
    --in) in=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) echo "unknown word $1" >&2; exit 1 ;;
  esac
done
factor=$(sed -n 's/.*"factor": *\([0-9.]*\).*/\1/p' "$in/inputs.json" | head -n 1)
echo '{"progress": 0.5, "text": "raining"}'
awk -F, -v factor="$factor" 'NR == 1 { print "insee,area_m2"; next } { gsub(/"/, "", $1); print $1 "," $2 * factor }' \
  "$in/lakes.csv" > "$out/totals.csv"
cat > "$out/outputs.json" <<JSON
{"indicators": [{"name": "land.take", "value": $factor, "unit": "ha/yr", "place": "91272", "year": 2024}],
 "tables": {"totals": {"path": "totals.csv"}}, "notes": ["from a shell script"]}
JSON
