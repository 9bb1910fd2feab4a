// Follows a question on its page. Without this the link "See where it stands" does the same.
"use strict";
(function () {
  const box = document.getElementById("follow");
  if (!box || !("EventSource" in window)) return;
  const part = (name) => document.getElementById(name);
  const said = part("said"), bar = part("progress"), detail = part("detail"), link = part("answer");
  const source = new EventSource(box.dataset.events);
  const say = (place, text) => { if (place.textContent !== text) place.textContent = text; };
  source.onmessage = (event) => {
    const now = JSON.parse(event.data);
    say(said, now.said);
    if (now.status === "running") {
      bar.value = now.fraction;
      say(detail, link.dataset.percent.replace("{percent}", Math.round(100 * now.fraction)) + " " + now.text);
    }
    if (!now.over) return;
    source.close();
    if (part("withdraw")) part("withdraw").hidden = true;
    if (now.status === "finished") bar.value = 1;
    say(detail, "");
    say(link, now.status === "finished" ? link.dataset.ready : link.dataset.over);
  };
})();
