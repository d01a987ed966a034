// Fetches a model's files, checks them, and keeps them for the next visit. Their addresses contain their hashes, so what
// is kept is never out of date.

const CACHE = "headline";
const KEPT = 24; // files, of the models used last

/**
 * The contents of files, each {url, bytes, sha256}, by the same names: ArrayBuffers. What a file host has is compressed by
 * gzip, and then `packed` is true; length and hash are those of what is in it. `onProgress` gets the share that has
 * arrived, from 0 to 1. Throws an Error, which says what is wrong, if a file cannot be had or differs from its hash.
 */
export async function download(files, onProgress) {
  const all = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const cache = await globalThis.caches?.open(CACHE).catch(() => null); // there is none over plain http or in a strict mode
  let arrived = 0;
  const entries = Object.entries(files).map(async ([name, file]) => {
    const kept = await cache?.match(file.url);
    const packed = Boolean(file.packed && !kept); // what is kept is unpacked
    const content = await read(kept ?? (await fetch(file.url)), { ...file, packed }, (bytes) => onProgress((arrived += bytes) / all));
    await check(name, file, content);
    if (!kept) await cache?.put(file.url, new Response(content)).catch(() => {}); // there may be no room
    return [name, content];
  });
  const contents = Object.fromEntries(await Promise.all(entries));
  if (cache) await forget(cache);
  return contents;
}

async function forget(cache) {
  const kept = await cache.keys(); // the oldest first
  for (const request of kept.slice(0, -KEPT)) await cache.delete(request);
}

async function read(reply, { bytes, packed }, onBytes) {
  if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
  const content = new Uint8Array(bytes);
  let at = 0;
  const stream = packed ? reply.body.pipeThrough(new DecompressionStream("gzip")) : reply.body;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > bytes) throw new Error("a file is longer than it should be");
    content.set(value, at);
    at += value.length;
    onBytes(value.length);
  }
  if (at < bytes) throw new Error("a file ended too early");
  return content.buffer;
}

/** Over plain http, except on this very machine, browsers have no hashes: then the length alone was checked. */
async function check(name, { sha256 }, content) {
  if (!globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) throw new Error(`${name} is damaged`);
}
