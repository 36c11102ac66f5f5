#!/usr/bin/env bash
# What `./dev demo` shows, after the build: TPC-H data, telling queries, and the same bytes for 1, 2 and 7 threads.
set -euo pipefail
cd "$(dirname "$0")/.."
trueno=build/release/trueno
data=build/demo
mkdir -p $data
[ -f $data/lineitem.parquet ] || .venv/bin/tpchgen-cli parquet -s 0.1 --tables=lineitem --output-dir=$data >/dev/null 2>&1
run() { printf '\n\033[1m%s\033[0m\n' "$1"; $trueno -c "$1"; }

run "SELECT sum(l_extendedprice * l_discount) AS revenue FROM '$data/lineitem.parquet' WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24"
run "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS quantity, avg(l_discount) AS discount, count(*) AS orders FROM '$data/lineitem.parquet' GROUP BY ALL ORDER BY ALL"

printf '\n\033[1mSUM(DOUBLE): the same bytes, however the work is split\033[0m\n'
sum="SELECT sum(l_extendedprice::DOUBLE * 1.1::DOUBLE) AS total FROM '$data/lineitem.parquet'"
first=
for threads in 1 2 7; do
  value=$($trueno --format csv -c "SET threads = $threads; $sum" 2>/dev/null | tail -1)
  printf '  %s thread(s): %s\n' "$threads" "$value"
  [ -z "$first" ] || [ "$first" = "$value" ] || { echo "the bytes differ"; exit 1; }
  first=$value
done
printf '\nTry next:  %s -c "EXPLAIN SELECT count(*) FROM '"'%s'"' WHERE l_quantity > 45"\n' "$trueno" "$data/lineitem.parquet"
