// Loads trueno.wasm and runs SQL in it; the same file serves browsers and node.
//   const database = await open(bytes);          // an ArrayBuffer, or a Response of fetch()
//   const text = database.run("SELECT 1 AS x");  // "x INTEGER\n1\n\n", or "error: ..."

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// What wasi-libc asks of its host: clocks, and nothing that could reach a file.
function hostFunctions(memory) {
  const kNoSuchDescriptor = 8;
  const refuse = () => kNoSuchDescriptor;
  return {
    clock_time_get(clock, precision, result) {
      const milliseconds = clock === 0 ? Date.now() : performance.now();
      new DataView(memory().buffer).setBigUint64(result, BigInt(Math.round(milliseconds * 1e6)), true);
      return 0;
    },
    environ_sizes_get(count, bytes) {
      const view = new DataView(memory().buffer);
      view.setUint32(count, 0, true);
      view.setUint32(bytes, 0, true);
      return 0;
    },
    environ_get: () => 0,
    // Standard error only: what the engine says before it gives up on a broken invariant.
    fd_write(descriptor, vectors, count, written) {
      if (descriptor !== 2) return kNoSuchDescriptor;
      const view = new DataView(memory().buffer);
      let total = 0, text = "";
      for (let i = 0; i < count; ++i) {
        const at = view.getUint32(vectors + 8 * i, true), length = view.getUint32(vectors + 8 * i + 4, true);
        text += decoder.decode(new Uint8Array(memory().buffer, at, length));
        total += length;
      }
      console.error(text);
      view.setUint32(written, total, true);
      return 0;
    },
    proc_exit(code) { throw new Error(`the engine ended with ${code}`); },
    fd_close: refuse, fd_seek: refuse, fd_read: refuse, fd_fdstat_get: refuse, fd_prestat_get: refuse, fd_prestat_dir_name: refuse,
  };
}

class Database {
  #wasm;
  #handle;

  constructor(wasm) {
    this.#wasm = wasm;
    this.#handle = wasm.trueno_open();
    if (this.#handle === 0) throw new Error("out of memory");
  }

  run(sql) {
    const bytes = encoder.encode(sql);
    const at = this.#wasm.trueno_allocate(bytes.length + 1);
    if (at === 0) throw new Error("out of memory");
    try {
      new Uint8Array(this.#wasm.memory.buffer, at, bytes.length).set(bytes);
      const length = this.#wasm.trueno_run(this.#handle, at, bytes.length);
      return decoder.decode(new Uint8Array(this.#wasm.memory.buffer, this.#wasm.trueno_answer(this.#handle), length));
    } finally {
      this.#wasm.trueno_release(at);
    }
  }

  close() {
    this.#wasm.trueno_close(this.#handle);
    this.#handle = 0;
  }
}

// A module may hold any number of databases: call connect() for each.
export async function load(source) {
  let exports;
  const imports = { wasi_snapshot_preview1: hostFunctions(() => exports.memory) };
  const { instance } = source instanceof ArrayBuffer || ArrayBuffer.isView(source)
    ? await WebAssembly.instantiate(source, imports) : await WebAssembly.instantiateStreaming(source, imports);
  exports = instance.exports;
  exports._initialize();
  return { connect: () => new Database(exports) };
}

export async function open(source) {
  return (await load(source)).connect();
}
