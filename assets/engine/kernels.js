// Matrices and vectors in the memory of kernels.wasm, which computes with them; or in JavaScript's own, where a page's policy
// or an old browser has no WebAssembly. That is slower, and answers the same.

const PAGE = 65536; // bytes of a WebAssembly page
const LINE = 64; // bytes that begin each vector and matrix
const TURN = 16; // numbers that one turn of the kernels' loops reads: rows are padded with zeros to a multiple of it

/** Memory that is given out once and freed with the worker. */
export class Kernels {
  /** `exports` are those of kernels.wasm. */
  constructor(exports) {
    this.exports = exports;
    this.used = LINE;
  }

  /** A vector of zeros, (length,). */
  vector(length) {
    return new Vector(this, this.give(4 * length), length);
  }

  /** A matrix of zeros, (rows, columns). */
  matrix(rows, columns) {
    return new Matrix(this, rows, columns);
  }

  /** A matrix of zeros, (rows, columns), of whole numbers of 8 bits. */
  bytes(rows, columns) {
    return new ByteMatrix(this, rows, columns);
  }

  /** Turn the numbers x of a vector into softmax(scale · x), in place. */
  softmax(vector, scale) {
    const { at, length } = vector, together = 4 * Math.ceil(length / 4);
    new Float32Array(this.exports.memory.buffer, at, together).fill(-Infinity, length);
    this.exports.softmax(at, together, scale);
  }

  /** x = a x + b y for two vectors of the same length. */
  mix(x, a, y, b) {
    this.exports.mix(x.at, a, y.at, b, 4 * Math.ceil(x.length / 4));
  }

  /** The address of room for some bytes. If the memory must grow for it, older views of it are detached. */
  give(bytes) {
    const at = this.used;
    this.used += Math.ceil(bytes / LINE) * LINE;
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
    this.width = Math.ceil(columns / TURN) * TURN; // numbers of a row with its padding
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

  /** out = this · vector, of the first `rows` rows, for vectors in the kernels' memory. */
  times(vector, out, rows = this.rows) {
    this.kernels.exports.product(this.at, vector.at, out.at, rows, this.width);
  }
}

/** A matrix of whole numbers of 8 bits in the kernels' memory, row by row. */
export class ByteMatrix {
  constructor(kernels, rows, columns) {
    this.kernels = kernels;
    this.rows = rows;
    this.columns = columns;
    this.width = Math.ceil(columns / TURN) * TURN; // numbers of a row with its padding
    this.at = kernels.give(rows * this.width);
  }

  /** All numbers with their padding: Int8Array, a view that holds until the memory grows. */
  get values() {
    return new Int8Array(this.kernels.exports.memory.buffer, this.at, this.rows * this.width);
  }

  /** out = this · vector, of `rows` rows from one on. */
  times(vector, out, from = 0, rows = this.rows) {
    this.kernels.exports.productOfBytes(this.at + from * this.width, vector.at, out.at, rows, this.width);
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
  let floats = new Float32Array(memory.buffer), bytes = new Int8Array(memory.buffer);
  const numbers = () => {
    if (floats.buffer !== memory.buffer) [floats, bytes] = [new Float32Array(memory.buffer), new Int8Array(memory.buffer)];
    return floats;
  };
  return {
    memory,
    product(matrix, vector, out, rows, columns) {
      plainProduct(numbers(), matrix / 4, numbers(), vector / 4, out / 4, rows, columns);
    },
    productOfBytes(matrix, vector, out, rows, columns) {
      plainProduct(numbers() && bytes, matrix, numbers(), vector / 4, out / 4, rows, columns);
    },
    softmax(x, count, scale) {
      plainSoftmax(numbers().subarray(x / 4, x / 4 + count), scale);
    },
    mix(x, a, y, b, count) {
      const m = numbers();
      for (let i = x / 4, j = y / 4, end = i + count; i < end; i++, j++) m[i] = a * m[i] + b * m[j];
    },
  };
}

function plainSoftmax(x, scale) {
  let largest = -Infinity;
  for (let i = 0; i < x.length; i++) if (x[i] > largest) largest = x[i];
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] = Math.exp((x[i] - largest) * scale);
  for (let i = 0, share = 1 / sum; i < x.length; i++) x[i] *= share;
}

/** The products of kernels.wat; the addresses are indices. Eight sums, because an addition must wait for the one before it. */
function plainProduct(m, at, x, vector, out, rows, columns) {
  const until = vector + columns;
  for (const end = out + rows; out < end; out++) {
    let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    for (let v = vector; v < until; v += 8, at += 8) {
      a += m[at] * x[v];
      b += m[at + 1] * x[v + 1];
      c += m[at + 2] * x[v + 2];
      d += m[at + 3] * x[v + 3];
      e += m[at + 4] * x[v + 4];
      f += m[at + 5] * x[v + 5];
      g += m[at + 6] * x[v + 6];
      h += m[at + 7] * x[v + 7];
    }
    x[out] = a + b + c + d + (e + f + g + h);
  }
}
