// The network's tensors as they are stored: 32, 16, 8 or 4 bits per number. docs/checkpoint.md has the format.

import { fromHalves } from "./float16.js";

/** A matrix, (rows, columns), whose rows are read one at a time. */
class StoredMatrix {
  /** `scale` has a number per row or per column, where the numbers are whole. */
  constructor({ shape: [rows, columns], values, type }, scale) {
    this.rows = rows;
    this.columns = columns;
    this.values = type === "F16" ? fromHalves(values) : values;
    this.scale = scale?.values ?? null;
    this.scalesRows = scale ? scale.shape[0] === rows && scale.shape[1] === 1 : false;
  }

  /** Write row r, as float32, into `out`: Float32Array (columns,). */
  readRow(r, out) {
    const { columns, values, scale } = this;
    const from = r * columns;
    if (!scale) for (let i = 0; i < columns; i++) out[i] = values[from + i];
    else if (this.scalesRows) for (let i = 0, by = scale[r]; i < columns; i++) out[i] = values[from + i] * by;
    else for (let i = 0; i < columns; i++) out[i] = values[from + i] * scale[i];
  }
}

/** The embedding's last rows, of rare words: two numbers of 4 bits per byte, each with 8 added. */
class RareRows {
  constructor({ shape: [rows], values }, scale, columns) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
    this.width = (columns + 1) >> 1; // bytes of a row
    this.scale = scale.values;
  }

  readRow(r, out) {
    const from = r * this.width, by = this.scale[r];
    for (let i = 0; i < this.columns; i++) {
      const byte = this.values[from + (i >> 1)];
      out[i] = ((i & 1 ? byte >> 4 : byte & 15) - 8) * by;
    }
  }
}

/** Rows of one matrix and then those of another. */
class StackedRows {
  constructor(first, second) {
    this.first = first;
    this.second = second;
    this.rows = first.rows + second.rows;
    this.columns = first.columns;
  }

  readRow(r, out) {
    if (r < this.first.rows) this.first.readRow(r, out);
    else this.second.readRow(r - this.first.rows, out);
  }
}

/** The tensors of weights.safetensors by name. */
export class Weights {
  constructor(tensors) {
    this.tensors = tensors;
  }

  has(name) {
    return this.tensors.has(name);
  }

  /** A vector as float32: Float32Array. */
  vector(name) {
    const { type, values } = this.#tensor(name);
    return type === "F16" ? fromHalves(values) : values;
  }

  /** A matrix: `rows`, `columns`, `readRow(r, out)`. */
  matrix(name) {
    const stored = this.#tensor(name);
    const matrix = new StoredMatrix(stored, this.tensors.get(`${name}.scale`));
    const rare = this.tensors.get(`${name}.rare`);
    return rare ? new StackedRows(matrix, new RareRows(rare, this.#tensor(`${name}.rare.scale`), matrix.columns)) : matrix;
  }

  #tensor(name) {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`the weights lack ${name}`);
    return found;
  }
}
