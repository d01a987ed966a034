// Matrices and vectors in the memory of kernels.wasm, which multiplies them; or in JavaScript's own, where a page's policy
// or an old browser has no WebAssembly. That is slower, and answers the same.

const PAGE = 65536; // bytes of a WebAssembly page
const LINE = 64; // bytes that one turn of the kernel's loop reads: rows are padded with zeros to a multiple of it

/** Memory that is given out once and freed with the worker. */
export class Kernels {
  /** `exports` are those of kernels.wasm. */
  constructor(exports) {
    this.exports = exports;
    this.used = LINE;
  }

  /** A vector of zeros, (length,). */
  vector(length) {
    return new Vector(this, this.#give(length), length);
  }

  /** A matrix of zeros, (rows, columns). */
  matrix(rows, columns) {
    return new Matrix(this, rows, columns);
  }

  /** The address of room for some numbers. If the memory must grow for it, older views of it are detached. */
  #give(numbers) {
    const at = this.used;
    this.used += Math.ceil((numbers * 4) / LINE) * LINE;
    const missing = this.used - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }
}

/** A vector in the kernels' memory. */
export class Vector {
  #view = null;

  constructor(kernels, at, length) {
    this.kernels = kernels;
    this.at = at;
    this.length = length;
  }

  /** Its numbers: Float32Array, a view that holds until the memory grows. */
  get values() {
    const { buffer } = this.kernels.exports.memory;
    if (this.#view?.buffer !== buffer) this.#view = new Float32Array(buffer, this.at, this.length);
    return this.#view;
  }
}

/** A matrix in the kernels' memory, row by row. */
export class Matrix {
  #numbers;

  constructor(kernels, rows, columns) {
    this.kernels = kernels;
    this.rows = rows;
    this.columns = columns;
    this.width = Math.ceil((columns * 4) / LINE) * (LINE / 4); // numbers of a row with its padding
    this.#numbers = kernels.vector(rows * this.width);
  }

  get at() {
    return this.#numbers.at;
  }

  /** All numbers with their padding: Float32Array. */
  get values() {
    return this.#numbers.values;
  }

  /** One row, without its padding: Float32Array, a view. */
  row(r) {
    return this.values.subarray(r * this.width, r * this.width + this.columns);
  }

  /** out = this · vector, for vectors in the kernels' memory of `columns` and `rows` numbers. */
  times(vector, out) {
    this.kernels.exports.product(this.at, vector.at, out.at, this.rows, this.width);
  }
}

/** The kernels from the bytes of kernels.wasm; null makes those in JavaScript. */
export async function compile(bytes) {
  if (!bytes || typeof WebAssembly !== "object") return new Kernels(plainExports());
  try {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Kernels(instance.exports);
  } catch (error) {
    // Refused by a policy without 'wasm-unsafe-eval', or there is no SIMD.
    if (error instanceof WebAssembly.CompileError) return new Kernels(plainExports());
    throw error;
  }
}

/** What kernels.wasm exports, in JavaScript. */
function plainExports() {
  const memory = {
    buffer: new ArrayBuffer(PAGE),
    grow(pages) {
      const larger = new ArrayBuffer(this.buffer.byteLength + pages * PAGE);
      new Uint8Array(larger).set(new Uint8Array(this.buffer));
      this.buffer = larger;
    },
  };
  let numbers = new Float32Array(memory.buffer);
  return {
    memory,
    product(matrix, vector, out, rows, columns) {
      if (numbers.buffer !== memory.buffer) numbers = new Float32Array(memory.buffer);
      plainProduct(numbers, matrix / 4, vector / 4, out / 4, rows, columns);
    },
  };
}

/** The product of kernels.wat; the addresses are indices. Eight sums, because an addition must wait for the one before it. */
function plainProduct(m, at, vector, out, rows, columns) {
  const until = vector + columns;
  for (const end = out + rows; out < end; out++) {
    let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    for (let v = vector; v < until; v += 8, at += 8) {
      a += m[at] * m[v];
      b += m[at + 1] * m[v + 1];
      c += m[at + 2] * m[v + 2];
      d += m[at + 3] * m[v + 3];
      e += m[at + 4] * m[v + 4];
      f += m[at + 5] * m[v + 5];
      g += m[at + 6] * m[v + 6];
      h += m[at + 7] * m[v + 7];
    }
    m[out] = a + b + c + d + (e + f + g + h);
  }
}
