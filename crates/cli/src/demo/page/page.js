"use strict";
// Plays what a listener heard, with a cursor over its lane; a click on a lane plays from there. And quick tooltips.
(() => {
  const canvas = document.querySelector(".time-line svg[data-left]");
  if (!canvas) return;
  const scroll = canvas.parentElement;
  const left = Number(canvas.dataset.left);
  const pxPerSecond = Number(canvas.dataset.pxPerSecond);
  const tracks = [];

  for (const button of document.querySelectorAll("button.play")) {
    const audio = button.parentElement.querySelector("audio");
    const lane = canvas.querySelector(`[data-lane="${button.dataset.listener}"]`);
    const cursor = lane.querySelector(".cursor");
    const joined = Number(button.dataset.joined);
    const track = { audio };
    tracks.push(track);

    const draw = () => {
      const x = left + (joined + audio.currentTime) * pxPerSecond;
      cursor.setAttribute("transform", `translate(${x} 0)`);
      if (!audio.paused) {
        if (x < scroll.scrollLeft || x > scroll.scrollLeft + scroll.clientWidth - 20) scroll.scrollLeft = x - 40;
        requestAnimationFrame(draw);
      }
    };
    const play = () => {
      for (const other of tracks) if (other !== track) other.audio.pause();
      audio.play().catch(() => { button.title = `Cannot play ${audio.getAttribute("src")}: is it beside this page?`; });
    };
    button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
    lane.addEventListener("click", (event) => {
      const x = event.clientX - canvas.getBoundingClientRect().left;
      audio.currentTime = Math.max(0, (x - left) / pxPerSecond - joined);
      play();
    });
    audio.addEventListener("play", () => {
      cursor.style.visibility = "visible";
      button.setAttribute("aria-pressed", "true");
      draw();
    });
    audio.addEventListener("pause", () => button.setAttribute("aria-pressed", "false"));
    audio.addEventListener("ended", () => { cursor.style.visibility = "hidden"; });
  }

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  const words = new WeakMap();
  for (const title of canvas.querySelectorAll("title")) {
    words.set(title.parentElement, title.textContent);
    title.remove();
  }
  canvas.addEventListener("pointermove", (event) => {
    let element = event.target;
    while (element !== canvas && !words.has(element)) element = element.parentElement;
    tip.hidden = element === canvas;
    if (tip.hidden) return;
    tip.textContent = words.get(element);
    const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 12);
    const below = event.clientY + 18;
    const y = below + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : below;
    tip.style.left = `${Math.max(12, x)}px`;
    tip.style.top = `${Math.max(8, y)}px`;
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
})();
