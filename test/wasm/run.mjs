// The WebAssembly side of the comparison, of the same habits as native_main.cc: node run.mjs trueno.mjs trueno.wasm
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [loader, wasm] = process.argv.slice(2);
const { load } = await import(pathToFileURL(loader));
const bytes = readFileSync(wasm);
// Vectors, however few the rows are: the other side is the reference.
const connect = async () => {
  const database = (await load(bytes)).connect();
  database.run("SET backend = 'simd'");
  return database;
};
let database = await connect();
const answers = [];
for (const statement of readFileSync(0, "utf8").split("\0").slice(0, -1)) {
  let answer = "";
  try {
    if (statement === "") {
      database = await connect();
    } else {
      answer = database.run(statement);
    }
  } catch (failure) {
    // A trap leaves the module's memory as it was: go on in a fresh one.
    answer = `trapped: ${failure.stack}\n`;
    database = await connect();
  }
  answers.push(answer + "\0");
}
process.stdout.write(answers.join(""));
