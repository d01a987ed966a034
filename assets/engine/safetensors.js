// Reads a safetensors file: eight bytes of length, a JSON header, and the tensors, little endian.

const MAX_HEADER = 2 ** 20; // bytes
const TYPES = { U8: Uint8Array, I8: Int8Array, U16: Uint16Array, F16: Uint16Array, U32: Uint32Array, F32: Float32Array };

/** Name -> {type, shape, values} of the tensors of a file; float16 is left as its bits. */
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > MAX_HEADER || 8 + length > buffer.byteLength) throw new Error("the header of a file of tensors is damaged");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const Type = TYPES[dtype];
    if (!Type) throw new Error(`a tensor has the type ${dtype}, which no checkpoint uses`);
    const values = new Type(buffer.slice(8 + length + from, 8 + length + to)); // a copy, so that each can be freed by itself
    tensors.set(name, { type: dtype, shape, values });
  }
  return tensors;
}
