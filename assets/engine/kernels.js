// Matrices and vectors in the memory of kernels.wasm, which multiplies them.

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

/** The kernels from the bytes of kernels.wasm. */
export async function compile(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return new Kernels(instance.exports);
}
