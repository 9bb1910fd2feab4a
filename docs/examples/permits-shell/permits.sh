#!/bin/sh
# Asked as: permits.sh run --in FOLDER --out FOLDER
set -eu
export LC_ALL=C
in=$3
out=$5
share=$(tr -d ' \n' < "$in/inputs.json" | sed 's/.*"built_share":\([0-9.e+-]*\).*/\1/')

# Columns of the schema commune-values: insee, year, quantity, value, unit.
rows=$(tail -n +2 "$in/permits.csv" | tr -d '"')
if echo "$rows" | awk -F, '$4 == "" || $5 != "m2" { wrong = 1 } END { exit !wrong }'; then
  echo '{"what": "These permits cannot be used.",
    "faults": [{"where": "permits", "expected": "a value in m2 on every row"}]}' > "$out/error.json"
  exit 2
fi

echo '{"progress": 0.5, "text": "adding up"}'
years=$(echo "$rows" | cut -d, -f2 | sort -n)
first=$(echo "$years" | head -n 1)
last=$(echo "$years" | tail -n 1)
echo "$rows" | awk -F, '{ area[$1] += $4 / 10000 } END { for (code in area) printf "%s,%.17g\n", code, area[code] }' |
  sort > "$out/areas"
{ echo insee,area_ha; cat "$out/areas"; } > "$out/plots.csv"
indicators=$(awk -F, -v share="$share" -v first="$first" -v last="$last" '{
  printf "%s{\"name\": \"land.take\", \"value\": %.17g, \"unit\": \"ha/yr\", \"place\": \"%s\", \"year\": %d, \"since\": %d}", \
    comma, $2 * share / (last - first + 1), $1, last, first
  comma = ",\n"
}' "$out/areas")

cat > "$out/outputs.json" <<JSON
{"indicators": [$indicators],
 "tables": {"plots": {"path": "plots.csv"}},
 "notes": ["A permit is not a building site."]}
JSON
