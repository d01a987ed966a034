// The LSTM's forward step, one word at a time, for the autocomplete recipe.
//
// Hochreiter & Schmidhuber 1997, with a forget gate; gates in Keras' order i, f, c, o:
//   z = x W + h U + b;  i, f, o = sigmoid(z_i, z_f, z_o);  c' = f c + i tanh(z_c);  h' = o tanh(c')

/** One LSTM layer. W and U are transposed and joined, so that z is one product with (x, h). */
class Layer {
  constructor(kernels, weights, number, inputs, units) {
    this.inputs = inputs;
    this.units = units;
    this.matrix = kernels.matrix(4 * units, inputs + units);
    this.bias = weights.vector(`lstm_${number}.bias`);
    this.#fill(weights.matrix(`lstm_${number}.kernel`), 0);
    this.#fill(weights.matrix(`lstm_${number}.recurrent_kernel`), inputs);
    this.input = kernels.vector(inputs + units); // x, then h
    this.z = kernels.vector(4 * units);
  }

  #fill(stored, from) {
    const { values, width } = this.matrix;
    const row = new Float32Array(stored.columns);
    for (let r = 0; r < stored.rows; r++) {
      stored.readRow(r, row);
      for (let c = 0, at = from + r; c < row.length; c++, at += width) values[at] = row[c];
    }
  }

  /** The next h and c, (units,) each, from those before and the input x, (inputs,). */
  step(x, h, c) {
    const { units, bias } = this;
    this.input.values.set(x);
    this.input.values.set(h, this.inputs);
    this.matrix.times(this.input, this.z);
    const z = this.z.values;
    const next = { h: new Float32Array(units), c: new Float32Array(units) };
    for (let i = 0; i < units; i++) {
      const [input, forget, cell, output] = [i, units + i, 2 * units + i, 3 * units + i];
      const kept = sigmoid(z[forget] + bias[forget]) * c[i];
      next.c[i] = kept + sigmoid(z[input] + bias[input]) * Math.tanh(z[cell] + bias[cell]);
      next.h[i] = sigmoid(z[output] + bias[output]) * Math.tanh(next.c[i]);
    }
    return next;
  }
}

/** Weights -> the input of the softmax layer. */
export class Network {
  /** `config` is the object `model` of checkpoint.json. */
  constructor(kernels, config, weights) {
    const { embedding_size: size, units, layers } = config;
    this.units = units;
    this.embedding = weights.matrix("embedding"); // (V, E)
    this.bias = weights.vector("softmax.bias"); // (V,)
    this.layers = Array.from({ length: layers }, (_, i) => new Layer(kernels, weights, i, i ? units : size, units));
    this.word = new Float32Array(size);
    this.out = kernels.vector(size); // input of the softmax layer
    if (units !== size) this.#project(kernels, weights, units, size);
  }

  #project(kernels, weights, units, size) {
    const stored = weights.matrix("projection.kernel"); // (U, E)
    this.projection = kernels.matrix(size, units);
    this.projectionBias = weights.vector("projection.bias");
    this.hidden = kernels.vector(units);
    const { values, width } = this.projection;
    const row = new Float32Array(size);
    for (let r = 0; r < units; r++) {
      stored.readRow(r, row);
      for (let c = 0; c < size; c++) values[c * width + r] = row[c];
    }
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

function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}
