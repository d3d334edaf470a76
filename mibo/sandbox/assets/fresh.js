// Keeps the messages fresh without taking away what is being typed. Without script the page reloads itself.
setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = document.getElementById("fresh"), next = page.getElementById("fresh");
  if (!next || now.innerHTML === next.innerHTML) return;
  now.innerHTML = next.innerHTML;
  showNewest();
}, 2000);

const showNewest = () => document.querySelector(".thread > :last-child")?.scrollIntoView({ block: "nearest" });
showNewest();
