// The LSTM's forward step, one word at a time, for the autocomplete recipe.
//
// Hochreiter & Schmidhuber 1997, with a forget gate; gates in Keras' order i, f, c, o:
//   z = x W + h U + b;  i, f, o = sigmoid(z_i, z_f, z_o);  c' = f c + i tanh(z_c);  h' = o tanh(c')
// Before, in a network with Mogrifier gates (Melis, Kočiský & Blunsom 2020), x and h scale each other by turns:
//   x becomes 2 sigmoid(h Q_n + b_n) x for even n,  h becomes 2 sigmoid(x Q_n + b_n) h for odd n

/** One LSTM layer. */
class Layer {
  constructor(kernels, weights, number, inputs, units, mogrifier) {
    this.units = units;
    this.kernel = weights.transposed(`lstm_${number}.kernel`);
    this.recurrent = weights.transposed(`lstm_${number}.recurrent_kernel`);
    this.bias = weights.vector(`lstm_${number}.bias`);
    this.x = kernels.vector(inputs);
    this.h = kernels.vector(units);
    this.fromX = kernels.vector(4 * units);
    this.fromH = kernels.vector(4 * units);
    this.gates = Array.from({ length: mogrifier }, (_, n) => ({
      kernel: weights.transposed(`lstm_${number}.mogrifier_${n}.kernel`),
      bias: weights.vector(`lstm_${number}.mogrifier_${n}.bias`),
      out: kernels.vector(n % 2 ? units : inputs),
    }));
  }

  /** The next h and c, (units,) each, from those before and the input x, (inputs,). */
  step(x, h, c) {
    const { units } = this;
    this.x.values.set(x);
    this.h.values.set(h);
    this.gates.forEach((gate, n) => (n % 2 ? scale(gate, this.x, this.h) : scale(gate, this.h, this.x)));
    this.kernel.times(this.x, this.fromX);
    this.recurrent.times(this.h, this.fromH);
    const z = this.#sum();
    const next = { h: new Float32Array(units), c: new Float32Array(units) };
    for (let i = 0; i < units; i++) {
      const [input, forget, cell, output] = [i, units + i, 2 * units + i, 3 * units + i];
      next.c[i] = sigmoid(z[forget]) * c[i] + sigmoid(z[input]) * Math.tanh(z[cell]);
      next.h[i] = sigmoid(z[output]) * Math.tanh(next.c[i]);
    }
    return next;
  }

  #sum() {
    const { bias } = this, z = this.fromX.values, fromH = this.fromH.values;
    for (let i = 0; i < z.length; i++) z[i] += fromH[i] + bias[i];
    return z;
  }
}

/** Weights -> the input of the softmax layer. */
export class Network {
  /** `config` is the object `model` of checkpoint.json. */
  constructor(kernels, config, weights) {
    const { embedding_size: size, units, layers, mogrifier = 0 } = config;
    this.units = units;
    this.embedding = weights.matrix("embedding"); // (V, E)
    this.bias = weights.vector("softmax.bias"); // (V,)
    this.layers = Array.from({ length: layers }, (_, i) => new Layer(kernels, weights, i, i ? units : size, units, mogrifier));
    this.word = new Float32Array(size);
    this.out = kernels.vector(size); // input of the softmax layer
    if (units === size) return;
    this.projection = weights.transposed("projection.kernel"); // of (U, E)
    this.projectionBias = weights.vector("projection.bias");
    this.hidden = kernels.vector(units);
  }

  /** The state before any word: h and c of each layer, (units,) each. States are never changed in place. */
  start() {
    return this.layers.map(() => ({ h: new Float32Array(this.units), c: new Float32Array(this.units) }));
  }

  /** The state after one more word. */
  step(state, id) {
    this.embedding.readRow(id, this.word);
    let x = this.word;
    return this.layers.map((layer, i) => {
      const next = layer.step(x, state[i].h, state[i].c);
      x = next.h;
      return next;
    });
  }

  /** The input of the softmax layer: a Vector, (E,), which the next call overwrites. */
  output(state) {
    const { h } = state[state.length - 1];
    if (!this.projection) {
      this.out.values.set(h);
      return this.out;
    }
    this.hidden.values.set(h);
    this.projection.times(this.hidden, this.out);
    const values = this.out.values;
    for (let i = 0; i < values.length; i++) values[i] += this.projectionBias[i];
    return this.out;
  }
}

/** Scale the numbers of one vector by a gate that reads another. */
function scale({ kernel, bias, out }, reads, scaled) {
  kernel.times(reads, out);
  const z = out.values, values = scaled.values;
  for (let i = 0; i < values.length; i++) values[i] *= 2 * sigmoid(z[i] + bias[i]);
}

function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}
