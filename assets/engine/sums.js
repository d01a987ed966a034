// Where the slices of an array begin, from their lengths.

const BLOCK = 32; // lengths of which the sum is kept: all sums would take more memory than the lengths

export class Sums {
  /** `lengths` of the slices: a typed array of whole numbers. */
  constructor(lengths) {
    this.lengths = lengths;
    this.sums = new Uint32Array(Math.floor(lengths.length / BLOCK) + 1); // of all lengths before each block
    for (let i = 0, sum = 0; i < lengths.length; sum += lengths[i++]) if (i % BLOCK === 0) this.sums[i / BLOCK] = sum;
  }

  /** [from, to): where slice i begins and ends. */
  slice(i) {
    const block = Math.floor(i / BLOCK);
    let from = this.sums[block];
    for (let at = block * BLOCK; at < i; at++) from += this.lengths[at];
    return [from, from + this.lengths[i]];
  }
}
