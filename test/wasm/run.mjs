// The WebAssembly side of the comparison, of the same habits as native_main.cc: node run.mjs trueno.mjs trueno.wasm
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [loader, wasm] = process.argv.slice(2);
const { load } = await import(pathToFileURL(loader));
const module = await load(readFileSync(wasm));
let database = module.connect();
const statements = readFileSync(0, "utf8").split("\0").slice(0, -1);
const answers = statements.map((statement) => {
  if (statement !== "") return database.run(statement) + "\0";
  database.close();
  database = module.connect();
  return "\0";
});
process.stdout.write(answers.join(""));
