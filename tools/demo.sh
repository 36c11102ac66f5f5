#!/usr/bin/env bash
# What `./dev demo` shows, after the build: TPC-H data, telling queries with their placement, and one answer however it is computed.
set -euo pipefail
cd "$(dirname "$0")/.."
trueno=build/release/trueno
data=build/demo
mkdir -p $data
if [ ! -f $data/lineitem.parquet ]; then
  printf 'generating TPC-H data (scale factor 0.1)\n'
  .venv/bin/tpchgen-cli parquet -s 0.1 --tables=lineitem --output-dir=$data >/dev/null 2>&1
fi
lineitem="'$data/lineitem.parquet'"
title() { printf '\n\033[1m%s\033[0m\n' "$1"; }
run() { title "$1"; $trueno -c "$2"; }

run "Filter and sum in one pass over a Parquet file (TPC-H Q6)" \
  "SELECT sum(l_extendedprice * l_discount) AS revenue FROM $lineitem WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24"
run "Group by (TPC-H Q1)" \
  "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price, avg(l_discount) AS avg_disc, count(*) AS count_order FROM $lineitem WHERE l_shipdate <= DATE '1998-09-02' GROUP BY ALL ORDER BY ALL"
run "Where it ran, and why" "EXPLAIN ANALYZE SELECT l_shipmode, count(*) FROM $lineitem WHERE l_comment LIKE '%express%' GROUP BY l_shipmode"

title "SUM(DOUBLE) is the correctly rounded exact sum: the same bytes, whoever adds up in whatever order"
sum="SELECT sum(l_extendedprice::DOUBLE * 1.1::DOUBLE) AS total FROM $lineitem"
first=
for backend in scalar simd; do
  for threads in 1 2 7; do
    value=$($trueno --format csv -c "SET backend = '$backend'; SET threads = $threads; $sum" 2>/dev/null | tail -1)
    printf '  %-6s  %s thread(s)  %s\n' "$backend" "$threads" "$value"
    [ -z "$first" ] || [ "$first" = "$value" ] || { echo "the bytes differ"; exit 1; }
    first=$value
  done
done
printf '  1e308 + 1 - 1e308     %s\n' "$($trueno --format csv -c "SELECT sum(x) FROM (VALUES (1e308), (1), (-1e308)) t(x)" 2>/dev/null | tail -1)"

title "Try next"
cat <<TEXT
  $trueno                                   a prompt with history and completion; .help
  $trueno doctor                            what this machine offers
  $trueno -c "EXPLAIN SELECT count(*) FROM $lineitem WHERE l_quantity > 45"
  ./dev bench versus --scan-rows 10000000   beside DuckDB, Polars, chDB and DataFusion
TEXT
