// Mibo's service worker: a page for when there is no connection. Nothing else is kept, least of all a patient's pages.
const SHELL = "mibo-shell-1", OWN = "mibo-own", PAGE = "/offline";
addEventListener("install", (e) => e.waitUntil(caches.open(SHELL).then((kept) => kept.add(PAGE)).then(() => skipWaiting())));
addEventListener("activate", (e) => e.waitUntil(
  caches.keys().then((all) => Promise.all(all.filter((name) => name !== SHELL && name !== OWN).map((name) => caches.delete(name)))).then(() => clients.claim())
));
const look = async (name) => (await caches.has(name)) ? (await caches.open(name)).match(PAGE) : undefined;
const offline = async () => (await look(OWN)) || (await look(SHELL)) || Response.error();
addEventListener("fetch", (e) => {
  if (e.request.mode === "navigate" && e.request.method === "GET") e.respondWith(fetch(e.request).catch(offline));
});
