// Half-precision numbers (IEEE 754 binary16).

/** The value of 16 bits. */
function valueOf(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table = null;

/** Their values: Uint16Array of bits -> Float32Array. */
export function fromHalves(halves) {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => valueOf(bits));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]];
  return values;
}

/** A tensor of real numbers, (n,), that stays as it is stored. */
export class Reals {
  constructor({ type, values }) {
    this.values = values;
    this.isHalf = type === "F16";
  }

  /** Those of [from, to): Float32Array. */
  slice(from, to) {
    const values = this.values.subarray(from, to);
    return this.isHalf ? fromHalves(values) : values;
  }

  at(i) {
    return this.slice(i, i + 1)[0];
  }

  all() {
    return this.slice(0, this.values.length);
  }
}
