// describe against DuckDB, the same exact figures of every column of one table, in turn.
//
//   node describe_duckdb.js ASSAY FILE.csv [RUNS]
//
// Both have the table in memory; what is timed is the figures alone: present, missing and distinct values, the
// ten most frequent values, min and max, and for numbers mean, standard deviation, quartiles, skewness, kurtosis.
// Ours also has histograms and the patterns of texts.
"use strict";
const path = require("path"), { execFileSync } = require("child_process");
const [program, file, given] = process.argv.slice(2);
const threads = process.env.BENCH_THREADS || "2", runs = Number(given || 5);
const from = path.join(process.env.PEERS_DIR || "/tmp/peers", "node", "x.js");
const { DuckDBInstance } = require("module").createRequire(from)("@duckdb/node-api");
const now = () => Number(process.hrtime.bigint()) / 1e9;

function ours() {
  const script = `set threads=${threads}\nload '${file}'\ndescribe`;
  const out = execFileSync(program, ["run", "--json", "-c", script], { maxBuffer: 1 << 26 }).toString();
  const last = JSON.parse(out.trim().split("\n").pop());
  return { seconds: last.ms / 1000, distinct: last.report.columns.reduce((n, c) => n + c.distinct, 0) };
}

async function theirs(rows, columns) {
  const figures = (c) => `min("${c}"), max("${c}"), avg("${c}"), stddev("${c}"), skewness("${c}"), ` +
    `kurtosis("${c}"), quantile_cont("${c}", [.25, .5, .75])`;
  const numbers = columns.filter((r) => /INT|DOUBLE|FLOAT|DECIMAL/.test(r[1])).map((r) => r[0]);
  const began = now();
  let distinct = 0;
  if (numbers.length)
    await rows(`select ${numbers.map(figures).join(", ")} from t`);
  for (const [c] of columns) {
    const [r] = await rows(`with g as (select "${c}" v, count(*) n from t group by 1)
      select count(v), coalesce(sum(n) filter (v is null), 0), max_by(v, n, 10), min(v), max(v) from g`);
    distinct += Number(r[0]);
  }
  return { seconds: now() - began, distinct };
}

function line(tool, all) {
  const s = all.map((r) => r.seconds).sort((a, b) => a - b);
  console.log(JSON.stringify({ task: "describe", tool, threads: Number(threads), runs, fastest: s[0],
    seconds: s[s.length >> 1], distinct: all[0].distinct, table: path.basename(file) }));
  return s[0];
}

async function main() {
  const connection = await (await DuckDBInstance.create(":memory:", { threads })).connect();
  const rows = async (q) => (await connection.runAndReadAll(q)).getRows();
  const version = (await rows("select version()"))[0][0];
  await connection.run(`create table t as from read_csv('${file}')`);
  const columns = await rows("describe t"), a = [], b = [];
  for (let i = 0; i < runs; i++) {
    a.push(ours());
    b.push(await theirs(rows, columns));
  }
  const mine = line("assay", a), other = line(`DuckDB ${version}`, b);
  console.log(JSON.stringify({ task: "describe", ratio: mine / other }));
}
main().catch((e) => { console.error(e); process.exit(1); });
