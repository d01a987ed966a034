// Keeps the files of this folder for a visit without a network. The model's are kept by engine/download.js.
// The export writes in which files there are and what version they have.

const FILES = ["FILES"];
const OURS = `headline shell ${registration.scope} `;
const CACHE = OURS + "VERSION";

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) event.respondWith(answer(request));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "no-cache" })));
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  await clients.claim();
}

// What is kept has one version: a newer one comes as a whole, once no page is open that has the older one.
async function answer(request) {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreSearch: true });
  return kept ?? fetch(request);
}
