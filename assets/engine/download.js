// Fetches a model's files, checks them, and keeps them for the next visit. Their addresses contain their hashes, so what
// is kept is never out of date.

const CACHE = "headline";
const FIRST = ["checkpoint.json", "weights.safetensors"];
const KEPT = 24; // files, of the models used last

/**
 * The contents of files, each {url, bytes, sha256}, by the same names: promises of ArrayBuffers. The weights come first and
 * have the line for themselves, because most of the work is theirs: it is done while the others arrive. What a file host has is
 * compressed by gzip, and then `packed` is true; length and hash are those of what is in it. `onProgress` gets the share
 * that has arrived, from 0 to 1. A promise is rejected with an Error, which says what is wrong, if a file cannot be had or
 * differs from its hash.
 */
export function download(files, onProgress) {
  const all = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const opened = globalThis.caches?.open(CACHE).catch(() => null); // there is none over plain http or in a strict mode
  let arrived = 0;
  const fetched = (name) => one(name, files[name], opened, (bytes) => onProgress((arrived += bytes) / all));
  const contents = {}, first = Promise.all(FIRST.filter((name) => name in files).map((name) => (contents[name] = fetched(name))));
  for (const name of Object.keys(files)) contents[name] ??= first.then(() => fetched(name));
  Promise.all(Object.values(contents)).then(async () => forget(await opened)).catch(() => {});
  return contents;
}

async function one(name, file, opened, onBytes) {
  const cache = await opened, kept = await cache?.match(file.url);
  const packed = Boolean(file.packed && !kept); // what is kept is unpacked
  const content = await read(kept ?? (await fetch(file.url)), { ...file, packed }, onBytes);
  await check(name, file, content);
  if (!kept) cache?.put(file.url, new Response(content)).catch(() => {}); // there may be no room
  return content;
}

async function forget(cache) {
  const kept = (await cache?.keys()) ?? []; // the oldest first
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
