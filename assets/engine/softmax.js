// The network's probabilities of all words: an exact softmax for small vocabularies, an approximate one for large.

import { eigenvectors } from "./eigenvectors.js";
import { Vector } from "./kernels.js";
import { topSet } from "./top.js";

const MIN_SVD_WORDS = 4096; // smallest vocabulary for which the SVD-softmax is faster
const FREQUENT = 65536; // words at most of which all have the same preview; of more, these first ones, and the rare ones
const PREVIEW = 48, FREQUENT_PREVIEW = 96, RARE_PREVIEW = 16; // leading singular directions that are used for every word
const REFINED = 256, REFINED_OF_EITHER = 512; // words whose logits are then computed from all directions
const BLOCK = 512; // words whose vectors are multiplied at once
const AT_ONCE = 32; // inputs whose exact probabilities are computed together

/** Logits for all words from all directions. */
class ExactLogits {
  constructor(kernels, embedding, bias) {
    this.matrix = kernels.matrix(embedding.rows, embedding.columns);
    for (let i = 0; i < embedding.rows; i++) embedding.readRow(i, this.matrix.row(i));
    this.bias = bias;
    this.logits = kernels.vector(embedding.rows);
  }

  /** Vector (V,) that the next call overwrites. */
  of(vector) {
    this.matrix.times(vector, this.logits);
    const logits = this.logits.values;
    for (let i = 0; i < logits.length; i++) logits[i] += this.bias[i];
    return this.logits;
  }
}

/**
 * Shim et al. 2017, "SVD-Softmax: Fast Softmax Approximation on Large Vocabulary Neural Networks": word vectors are
 * rotated so that their first components carry most of the variance, all words are scored with those, and only the best
 * words with all components. The components left out are treated as normal noise, whose mean effect on the softmax's
 * denominator is added to the other logits. Of more words than FREQUENT, the rarer ones are scored with fewer components, in
 * a rotation of their own, as in an adaptive softmax (Grave et al. 2017, "Efficient softmax approximation for GPUs").
 */
class SvdLogits {
  constructor(kernels, embedding, bias) {
    const { rows } = embedding;
    this.logits = kernels.vector(rows);
    const part = (from, to, preview, refined) =>
      new SvdPart(kernels, embedding, bias, this.logits, { from, to, preview, refined });
    this.parts = rows <= FREQUENT
      ? [part(0, rows, PREVIEW, REFINED)]
      : [part(0, FREQUENT, FREQUENT_PREVIEW, REFINED_OF_EITHER), part(FREQUENT, rows, RARE_PREVIEW, REFINED_OF_EITHER)];
  }

  /** Vector (V,) that the next call overwrites. */
  of(vector) {
    const [frequent, ...others] = this.parts, tooLow = frequent.compute(vector);
    for (const rare of others) {
      const more = rare.compute(vector) - tooLow, logits = rare.logits.values;
      for (let i = 0; i < logits.length; i++) logits[i] += more;
    }
    return this.logits;
  }
}

/** Logits of the words from one id to another, which are a part of all logits. */
class SvdPart {
  constructor(kernels, embedding, bias, logits, { from, to, preview, refined }) {
    const { columns } = embedding, rows = to - from;
    this.embedding = embedding;
    this.from = from;
    this.refined = refined;
    this.bias = bias.subarray(from, to);
    this.logits = new Vector(kernels, logits.at + 4 * from, rows);
    const { squares, means } = moments(kernels, embedding, from, to);
    const { values, vectors } = eigenvectors(squares);
    this.kept = Math.min(preview, columns);
    this.rotation = kernels.matrix(columns, columns);
    vectors.forEach((vector, i) => this.rotation.row(i).set(vector));
    this.variance = Float64Array.from(vectors.slice(this.kept), (vector, i) =>
      Math.max(0, values[this.kept + i] / rows - dot(vector, means) ** 2));
    this.rotated = kernels.vector(columns);
    this.leading = kernels.vector(this.kept);
    this.preview = kernels.matrix(rows, this.kept);
    this.#rotateWords(kernels, vectors);
  }

  #rotateWords(kernels, vectors) {
    const leading = kernels.matrix(this.kept, this.embedding.columns);
    for (let i = 0; i < this.kept; i++) leading.row(i).set(vectors[i]);
    const word = kernels.vector(this.embedding.columns);
    const preview = this.preview.values, row = word.values, rotated = this.leading.values;
    for (let i = 0; i < this.preview.rows; i++) {
      this.embedding.readRow(this.from + i, row);
      leading.times(word, this.leading);
      preview.set(rotated, i * this.preview.width);
    }
  }

  /** Compute the logits for a Vector (E,), and return what all are too low by. */
  compute(vector) {
    this.rotation.times(vector, this.rotated);
    const rotated = this.rotated.values;
    this.leading.values.set(rotated.subarray(0, this.kept));
    let missing = 0; // in the logits of the preview alone
    this.variance.forEach((variance, i) => (missing += (rotated[this.kept + i] ** 2 * variance) / 2));
    this.preview.times(this.leading, this.logits);
    const logits = this.logits.values, { bias, embedding, from } = this;
    for (let i = 0; i < logits.length; i++) logits[i] += bias[i];
    for (const i of topSet(logits, this.refined)) logits[i] = embedding.dot(from + i, vector) + bias[i] - missing;
    return missing;
  }
}

/** The sum of each pair of columns' products, and the columns' means, over the rows from one to another. */
function moments(kernels, embedding, first, end) {
  const { columns } = embedding, rows = end - first;
  const squares = Array.from({ length: columns }, () => new Float64Array(columns));
  const means = new Float64Array(columns);
  const block = kernels.matrix(columns, BLOCK); // some words' vectors, as columns
  const one = kernels.vector(block.width), products = kernels.vector(columns);
  const row = new Float32Array(columns), inBlock = block.values, sums = products.values;
  for (let from = first; from < end; from += BLOCK) {
    inBlock.fill(0);
    for (let i = from; i < Math.min(end, from + BLOCK); i++) {
      embedding.readRow(i, row);
      for (let c = 0, at = i - from; c < columns; c++, at += block.width) {
        inBlock[at] = row[c];
        means[c] += row[c] / rows;
      }
    }
    for (let c = 0; c < columns; c++) {
      one.values.set(block.row(c));
      block.times(one, products, c + 1); // the matrix is symmetric
      const own = squares[c];
      for (let other = 0; other <= c; other++) own[other] += sums[other];
    }
  }
  squares.forEach((own, c) => own.forEach((_, other) => other > c && (own[other] = squares[other][c])));
  return { squares, means };
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Probabilities of all words from the input of the softmax layer. */
export class Softmax {
  constructor(kernels, embedding, bias, temperature) {
    const Logits = embedding.rows >= MIN_SVD_WORDS ? SvdLogits : ExactLogits;
    Object.assign(this, { kernels, embedding, bias, temperature, logits: new Logits(kernels, embedding, bias) });
    this.inputs = kernels.matrix(AT_ONCE, embedding.columns);
    this.row = kernels.vector(this.inputs.width);
    this.products = kernels.vector(AT_ONCE);
  }

  /** Vector (E,) -> Vector (V,), which the next call overwrites. */
  of(vector) {
    return this.#probabilities(this.logits.of(vector));
  }

  /** Without approximation: several Float32Arrays (E,) -> as many (V,). */
  exactly(inputs) {
    if (inputs.length > AT_ONCE) return [...this.exactly(inputs.slice(0, AT_ONCE)), ...this.exactly(inputs.slice(AT_ONCE))];
    inputs.forEach((input, i) => this.inputs.row(i).set(input));
    const found = inputs.map(() => new Float32Array(this.embedding.rows));
    const row = this.row.values, products = this.products.values;
    for (let i = 0; i < this.embedding.rows; i++) {
      this.embedding.readRow(i, row); // once for all inputs: most rows must be unpacked
      this.inputs.times(this.row, this.products);
      for (let n = 0; n < found.length; n++) found[n][i] = products[n] + this.bias[i];
    }
    const { logits } = this.logits;
    return found.map((row) => {
      logits.values.set(row);
      return this.#probabilities(logits).values.slice();
    });
  }

  /** Logits, a Vector (V,) -> their probabilities in the same place. */
  #probabilities(logits) {
    this.kernels.softmax(logits, 1 / this.temperature);
    return logits;
  }
}
