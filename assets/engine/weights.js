// The network's tensors as they are stored: 32, 16, 8 or 4 bits per number. docs/checkpoint.md has the format.

import { Reals } from "./float16.js";

/** A matrix, (rows, columns), whose rows are read one at a time. */
class Rows {
  constructor(kernels, rows, columns) {
    this.rows = rows;
    this.columns = columns;
    this.row = kernels.matrix(1, columns);
    this.product = kernels.vector(1);
  }

  /** The product of row r and a Vector, (columns,). */
  dot(r, vector) {
    this.readRow(r, this.row.row(0));
    this.row.times(vector, this.product);
    return this.product.values[0];
  }
}

class StoredMatrix extends Rows {
  /** `scale` has a number per row or per column, where the numbers are whole. */
  constructor(kernels, { shape: [rows, columns], values, type }, scale) {
    super(kernels, rows, columns);
    this.values = new Reals({ values, type });
    this.scale = scale?.values ?? null;
    this.scalesRows = scale ? scale.shape[0] === rows && scale.shape[1] === 1 : false;
  }

  /** Write row r, as float32, into `out`: Float32Array (columns,). */
  readRow(r, out) {
    const { columns, scale } = this, values = this.values.slice(r * columns, (r + 1) * columns);
    if (!scale) out.set(values);
    else if (this.scalesRows) for (let i = 0, by = scale[r]; i < columns; i++) out[i] = values[i] * by;
    else for (let i = 0; i < columns; i++) out[i] = values[i] * scale[i];
  }
}

/** Rows of whole numbers of 8 bits, each with a scale, in the kernels' memory. */
class ByteRows extends Rows {
  constructor(kernels, { shape: [rows, columns], values }, scale) {
    super(kernels, rows, columns);
    this.matrix = kernels.bytes(rows, columns);
    this.scale = scale.values;
    const { values: all, width } = this.matrix;
    for (let r = 0; r < rows; r++) all.set(values.subarray(r * columns, (r + 1) * columns), r * width);
  }

  readRow(r, out) {
    const { values, width } = this.matrix, from = r * width, by = this.scale[r];
    for (let i = 0; i < this.columns; i++) out[i] = values[from + i] * by;
  }

  dot(r, vector) {
    this.matrix.times(vector, this.product, r, 1);
    return this.product.values[0] * this.scale[r];
  }
}

/** The embedding's last rows, of rare words: two numbers of 4 bits per byte, each with 8 added. */
class RareRows extends Rows {
  constructor(kernels, { shape: [rows], values }, scale, columns) {
    super(kernels, rows, columns);
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

  dot(r, vector) {
    return r < this.first.rows ? this.first.dot(r, vector) : this.second.dot(r - this.first.rows, vector);
  }
}

/** A matrix in the kernels' memory whose rows each have a scale. */
class ScaledRows {
  constructor(matrix, scale) {
    this.matrix = matrix;
    this.scale = scale;
  }

  times(vector, out) {
    this.matrix.times(vector, out);
    const { scale } = this, values = out.values;
    for (let i = 0; i < values.length; i++) values[i] *= scale[i];
  }
}

/** The tensors of weights.safetensors by name. */
export class Weights {
  constructor(kernels, tensors) {
    this.kernels = kernels;
    this.tensors = tensors;
  }

  /** A vector as float32: Float32Array. */
  vector(name) {
    return new Reals(this.#tensor(name)).all();
  }

  /** A matrix: `rows`, `columns`, `readRow(r, out)`, `dot(r, vector)`. */
  matrix(name) {
    const { kernels } = this, stored = this.#tensor(name), scale = this.tensors.get(`${name}.scale`);
    const isOfBytes = stored.type === "I8" && scale.shape[1] === 1;
    const matrix = new (isOfBytes ? ByteRows : StoredMatrix)(kernels, stored, scale);
    const rare = this.tensors.get(`${name}.rare`);
    return rare ? new StackedRows(matrix, new RareRows(kernels, rare, this.#tensor(`${name}.rare.scale`), matrix.columns)) : matrix;
  }

  /** The transpose of a matrix, with `times(vector, out)` for vectors in the kernels' memory. */
  transposed(name) {
    const stored = this.#tensor(name), { shape: [rows, columns], type } = stored, scale = this.tensors.get(`${name}.scale`);
    if (type === "I8" && scale.shape[0] === 1) {
      return new ScaledRows(turned(this.kernels.bytes(columns, rows), stored.values, rows), scale.values);
    }
    const matrix = this.kernels.matrix(columns, rows), read = new StoredMatrix(this.kernels, stored, scale);
    const { values, width } = matrix, row = new Float32Array(columns);
    for (let r = 0; r < rows; r++) {
      read.readRow(r, row);
      for (let c = 0; c < columns; c++) values[c * width + r] = row[c];
    }
    return matrix;
  }

  #tensor(name) {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`the weights lack ${name}`);
    return found;
  }
}

/** A ByteMatrix, (columns, rows), filled with the numbers of one of `rows` rows. */
function turned(matrix, numbers, rows) {
  const { values, width, rows: columns } = matrix;
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++) values[c * width + r] = numbers[i++];
  return matrix;
}
