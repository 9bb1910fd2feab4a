// Offers the zoomable map, and loads it when its button is used: nothing of it is fetched before.

const frame = document.getElementById("map");
const offer = document.getElementById("offer-map");
const button = document.getElementById("open-map");
const status = document.getElementById("map-status");

offer.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  status.textContent = frame.dataset.loading;
  try {
    const [{ open }] = await Promise.all([import(frame.dataset.script), styled(frame.dataset.style)]);
    await open(frame);
    offer.hidden = true;
    status.textContent = frame.dataset.loaded;
    frame.querySelector("button").focus();
  } catch (error) {
    frame.hidden = true;
    button.disabled = false;
    status.textContent = frame.dataset.failed;
    frame.dataset.error = String(error);
  }
});

/** Add a style sheet and wait for it. */
function styled(address) {
  return new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address, onload: resolve, onerror: reject });
    document.head.append(link);
  });
}
