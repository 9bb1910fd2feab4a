// Two maps at the same place, one over the other: a range input says where one ends and the other begins.

/** Keep two maps together, and show the second to the right of the bar alone. */
export function swipe(frame, [first, second]) {
  together(first, second);
  const bar = frame.querySelector(".map-bar");
  const line = frame.querySelector(".map-line");
  const over = second.getContainer();
  const put = () => {
    over.style.clipPath = `inset(0 0 0 ${bar.value}%)`;
    line.style.left = `${bar.value}%`;
    bar.setAttribute("aria-valuetext", bar.dataset.said.replace("SHARE", bar.value));
  };
  bar.addEventListener("input", put);
  put();
}

function together(first, second) {
  let moving = false;
  const follow = (from, to) => () => {
    if (moving) return;
    moving = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
    moving = false;
  };
  first.on("move", follow(first, second));
  second.on("move", follow(second, first));
}
