// Eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal matrix, then QR steps with Wilkinson's
// shift (Golub & Van Loan 2013, "Matrix Computations", sections 8.3.1 to 8.3.3).

const PRECISION = 2 ** -52;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, the largest eigenvalue first.
 * `matrix`: n Float64Arrays (n,), which are overwritten. Returns {values: Float64Array (n,), vectors: n Float64Arrays}.
 */
export function eigenvectors(matrix) {
  const { diagonal, beside, vectors } = tridiagonal(matrix);
  diagonalise(diagonal, beside, vectors);
  const order = [...diagonal.keys()].sort((a, b) => diagonal[b] - diagonal[a]);
  return { values: Float64Array.from(order, (i) => diagonal[i]), vectors: order.map((i) => vectors[i]) };
}

/** A = QTQ' with T tridiagonal: its diagonal, the numbers beside it, and the columns of Q. */
function tridiagonal(a) {
  const n = a.length;
  const vectors = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => Number(i === j)));
  const beside = new Float64Array(n);
  const v = new Float64Array(n), w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const { beta, reflected } = reflection(a, k, v);
    beside[k] = reflected;
    if (!beta) continue;
    // A becomes HAH for H = I - beta v v', which is A - v w' - w v'.
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      const row = a[i];
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j] * v[j];
      w[i] = beta * sum;
      along += w[i] * v[i];
    }
    for (let i = k + 1; i < n; i++) w[i] -= (beta * along * v[i]) / 2;
    for (let i = k + 1; i < n; i++) {
      const row = a[i], vi = v[i], wi = w[i];
      for (let j = k + 1; j < n; j++) row[j] -= vi * w[j] + wi * v[j];
    }
    combine(vectors, v, w, beta, k + 1);
  }
  return { diagonal: Float64Array.from(a, (row, i) => row[i]), beside, vectors };
}

/** Fill v so that I - beta v v' turns column k below the diagonal into (reflected, 0, 0, …). */
function reflection(a, k, v) {
  const n = a.length;
  let rest = 0;
  for (let i = k + 2; i < n; i++) rest += a[i][k] * a[i][k];
  const first = a[k + 1][k], length = Math.sqrt(first * first + rest);
  if (rest === 0) return { beta: 0, reflected: first };
  const reflected = first > 0 ? -length : length;
  v[k + 1] = first - reflected;
  for (let i = k + 2; i < n; i++) v[i] = a[i][k];
  return { beta: 2 / (v[k + 1] * v[k + 1] + rest), reflected };
}

/** Q becomes QH: of its columns from `from` on, each loses a part of their sum weighted by v. */
function combine(vectors, v, sum, beta, from) {
  sum.fill(0);
  const n = sum.length;
  for (let i = from; i < n; i++) {
    const column = vectors[i], by = v[i];
    for (let j = 0; j < n; j++) sum[j] += by * column[j];
  }
  for (let i = from; i < n; i++) {
    const column = vectors[i], by = beta * v[i];
    for (let j = 0; j < n; j++) column[j] -= by * sum[j];
  }
}

/** QR steps until nothing is left beside the diagonal. */
function diagonalise(d, e, vectors) {
  const small = (i) => Math.abs(e[i]) <= PRECISION * (Math.abs(d[i]) + Math.abs(d[i + 1]));
  let last = d.length - 1;
  while (last > 0) {
    if (small(last - 1)) {
      last--;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !small(first - 1)) first--;
    const half = (d[last - 1] - d[last]) / 2, beside = e[last - 1];
    const shift = d[last] - (beside * beside) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, beside));
    step(d, e, vectors, first, last, shift);
  }
}

/** One implicit QR step on the block from `first` to `last`: a rotation, and those that chase what it left. */
function step(d, e, vectors, first, last, shift) {
  let x = d[first] - shift, z = e[first];
  for (let k = first; k < last; k++) {
    const r = Math.hypot(x, z) || 1, c = x / r, s = z / r;
    if (k > first) e[k - 1] = r;
    const [a, b, g] = [d[k], e[k], d[k + 1]];
    d[k] = c * c * a + 2 * c * s * b + s * s * g;
    d[k + 1] = s * s * a - 2 * c * s * b + c * c * g;
    e[k] = (g - a) * c * s + b * (c * c - s * s);
    if (k < last - 1) {
      x = e[k];
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
    const p = vectors[k], q = vectors[k + 1];
    for (let i = 0; i < p.length; i++) {
      const old = p[i];
      p[i] = c * old + s * q[i];
      q[i] = c * q[i] - s * old;
    }
  }
}
