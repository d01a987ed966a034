// A cache of the most recently used values.

export class Recent {
  #values = new Map(); // the oldest first

  constructor(size) {
    this.size = size;
  }

  get(key) {
    const value = this.#values.get(key);
    if (value !== undefined) this.put(key, value);
    return value;
  }

  put(key, value) {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.size) this.#values.delete(this.#values.keys().next().value);
  }
}
