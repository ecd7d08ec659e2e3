"use strict";
// The nodes of a cluster: a picture, their states, and the traffic between them. Depends on page.js, loaded before.
const NODES_IN_PICTURE = 12, LINKS_LISTED = 60, JUST_DROPPED_MS = 60000, MANY_WAITING = 1000;
let formerLinks = new Map();

/** The state of the path from one node to another: `good`, `warn`, `bad` or `unknown`, and why. */
function linkState(from, to, link) {
  if (from.state !== "alive" || to.state !== "alive") return ["bad", named((from.state !== "alive" ? from : to).name) + " is not heard"];
  if (!link) return ["unknown", named(from.name) + " does not say"];
  if (link.state !== "alive") return ["bad", named(from.name) + " does not hear " + named(to.name)];
  if (link.dropped_ms_ago != null && link.dropped_ms_ago < JUST_DROPPED_MS) return ["warn", "voice was dropped " + span(link.dropped_ms_ago / 1000) + " ago"];
  if (link.waiting > MANY_WAITING) return ["warn", plural(link.waiting, "message waits", "messages wait")];
  return ["good", "works"];
}
const WORST_FIRST = ["bad", "warn", "unknown", "good"];
function linksOf(nodes, seconds) {
  const links = [], former = formerLinks;
  formerLinks = new Map();
  for (const from of nodes) for (const to of nodes) if (from !== to) {
    const link = from.now?.links_to.find((link) => link.id === to.id), key = from.id + to.id;
    const [state, words] = linkState(from, to, link), before = former.get(key);
    if (link) formerLinks.set(key, link.bytes);
    const perSecond = before != null && seconds && link && link.bytes >= before ? (link.bytes - before) / seconds : null;
    links.push({ key, from, to, link, state, words, perSecond });
  }
  return links;
}
const NODE_STATES = { alive: "", lost: "lost", incompatible: "other version", no_bus: "no connection to NATS" };
function nodeChips(node) {
  const chips = [];
  if (node.is_own) chips.push(chip("this node", "It answers this page", "plain"));
  if (NODE_STATES[node.state]) chips.push(chip(NODE_STATES[node.state], "", "bad"));
  else if (node.trouble) chips.push(chip("does not answer", sentence(node.trouble), "bad"));
  if (node.now?.is_draining) chips.push(chip("draining, ends in " + span(node.now.ends_in_s), ""));
  if (node.now && !node.now.has_bus) chips.push(chip("no connection to NATS", "Its players hear each other only", "bad"));
  return chips;
}
const NODES = [
  { title: "Node", className: "name", draw: (cell, node) => {
    if (!cell.firstChild) cell.append(element("span"), element("small"), element("div", { className: "chips" }));
    say(cell.children[0], named(node.name));
    say(cell.children[1], [node.region, node.address, "version " + node.version, node.name === node.id ? "" : node.id].filter(Boolean).map(named).join(" · "));
    const chips = nodeChips(node), drawn = JSON.stringify(chips.map((mark) => mark.textContent));
    if (cell.dataset.drawn !== drawn) { cell.dataset.drawn = drawn; cell.children[2].replaceChildren(...chips); }
  } },
  text("Sessions", (node) => String(node.sessions), "number"),
  text("Players in them", (node) => String(node.now?.players ?? DASH), "number"),
  text("Connections", (node) => String(node.now?.links ?? DASH), "number"),
  text("Load", (node) => percent(node.now && 100 * node.now.busy_share), "number wide"),
  text("Answers in", (node) => node.answered_in_ms == null ? DASH : node.answered_in_ms.toFixed(1) + " ms", "number wide"),
  { title: "Actions", className: "number", draw: (cell, value, row) => {
    if (!cell.firstChild) cell.append(element("button", { onclick: () => row.value.now?.is_draining ? undrainNode(row.value) : drainNode(row.value) }));
    const button = cell.firstChild, words = value.now?.is_draining ? "Cancel draining…" : "Drain…";
    say(button, words);
    button.setAttribute("aria-label", words.slice(0, -1) + " " + visible(value.name));
    button.disabled = !value.now;
  } },
];
const LINKS = [
  { title: "Link", className: "name", draw: (cell, link) => say(cell, named(link.from.name) + " → " + named(link.to.name)) },
  { title: "State", className: "text", draw: (cell, link) => { say(cell, link.words); cell.className = "text" + ({ bad: " bad", warn: " warn" }[link.state] ?? ""); } },
  text("Sends", (link) => rate(link.perSecond), "number"),
  text("Heard", (link) => !link.link ? DASH : link.link.heard_ms_ago < 1000 ? "just now" : span(link.link.heard_ms_ago / 1000) + " ago", "number wide"),
  text("Voice dropped", (link) => String(link.link ? link.link.voice_dropped + link.link.unpublished : DASH), "number"),
  text("Waiting", (link) => String(link.link?.waiting ?? DASH), "number wide"),
  text("Sent again", (link) => String(link.link?.resent ?? DASH), "number wide"),
];

// --- the picture
function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(document.querySelector(".brand svg").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
const short = (words, length) => words.length > length ? words.slice(0, length - 1) + "…" : words;
function drawPicture(nodes, links) {
  const place = $("nodes-picture");
  place.hidden = nodes.length < 2 || nodes.length > NODES_IN_PICTURE;
  if (place.hidden) return;
  const width = 760, box = { width: 176, height: 62 }, height = nodes.length === 2 ? 110 : nodes.length < 5 ? 250 : 360;
  const first = nodes.length === 2 ? Math.PI : -Math.PI / 2;
  const at = new Map(nodes.map((node, index) => {
    const angle = first + 2 * Math.PI * index / nodes.length;
    return [node.id, [width / 2 + (width - box.width - 12) / 2 * Math.cos(angle), height / 2 + (height - box.height - 12) / 2 * Math.sin(angle)]];
  }));
  // Boxes on a ring do not always reach all its sides.
  const ys = [...at.values()].map(([, y]) => y), top = Math.min(...ys) - box.height / 2 - 6, bottom = Math.max(...ys) + box.height / 2 + 6;
  const lines = [], labels = [];
  for (const link of links) if (link.from.id < link.to.id) {
    const back = links.find((other) => other.from === link.to && other.to === link.from);
    const worst = WORST_FIRST.indexOf(back.state) < WORST_FIRST.indexOf(link.state) ? back : link;
    const [[x1, y1], [x2, y2]] = [at.get(link.from.id), at.get(link.to.id)];
    const words = worst.state === "good" ? "both ways work" : worst.words;
    const line = drawn("line", { x1, y1, x2, y2, class: "link " + worst.state }, drawn("title", {}, named(link.from.name) + " – " + named(link.to.name) + ": " + words));
    lines.push(line);
    const sum = link.perSecond == null && back.perSecond == null ? null : (link.perSecond ?? 0) + (back.perSecond ?? 0);
    const label = worst.state === "good" ? (sum == null ? "" : rate(sum)) : short(worst.words, 30);
    if (label && nodes.length < 7) labels.push(drawn("text", { x: (x1 + x2) / 2, y: (y1 + y2) / 2 + 4, class: "label " + worst.state }, label));
  }
  const boxes = nodes.map((node) => {
    const [x, y] = at.get(node.id), isBad = node.state !== "alive" || node.trouble || !node.now?.has_bus;
    const kind = isBad ? "bad" : node.now?.is_draining ? "warn" : "good";
    const under = isBad ? NODE_STATES[node.state] || (node.now ? "no connection to NATS" : "does not answer") : node.now.is_draining ? "draining" : plural(node.sessions, "session") + ", " + plural(node.now.links, "connection");
    return drawn("g", { class: "node " + kind }, drawn("rect", { x: x - box.width / 2, y: y - box.height / 2, width: box.width, height: box.height, rx: 10 }),
      drawn("text", { x, y: y - 4, class: "name" }, short(named(node.name), 20)), drawn("text", { x, y: y + 17, class: "under" }, short(under, 28)));
  });
  const broken = links.filter((link) => link.state === "bad").length;
  const words = plural(nodes.length, "node") + "; " + (broken ? plural(broken, "link does", "links do") + " not work" : "no link is broken");
  const picture = drawn("svg", { viewBox: [0, top, width, bottom - top].join(" "), role: "img", "aria-label": words }, ...lines, ...labels, ...boxes);
  place.replaceChildren(picture);
}
function drawNodes(cluster, seconds) {
  const isOne = Boolean(cluster?.nodes.length);
  $("tab-Nodes").hidden = !isOne;
  if (!isOne) { if (shown === "Nodes") showTab("Players"); return; }
  const links = linksOf(cluster.nodes, seconds);
  if (shown !== "Nodes") return;
  drawPicture(cluster.nodes, links);
  table($("nodes"), NODES, cluster.nodes, (node) => node.id, "");
  links.sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  $("links").hidden = !links.length;
  if (links.length) table($("links"), LINKS, links.slice(0, LINKS_LISTED), (link) => link.key, "");
  say($("links-left"), links.length > LINKS_LISTED ? "and " + (links.length - LINKS_LISTED) + " more" : "");
}

// --- draining one of them
function drainNode(node) {
  const about = "It takes no new players, and tells those connected to it. It exits when the last one has left. ";
  const last = now.cluster.nodes.filter((other) => other !== node && other.state === "alive" && other.now && !other.now.is_draining).length === 0;
  openDialog("Drain node " + named(node.name) + "?", about + (last ? "No other node is left to take players: its sessions end." : "Other nodes go on with its sessions."), () => [WITHIN, REDIRECT, NOTED_REASON], () => "Drain", () => true, async () => {
    const drained = await call("POST", "nodes/" + encodeURIComponent(node.id) + "/drain", drainRequest());
    return named(node.name) + " is draining; " + plural(drained.notified, "player") + " notified";
  });
}
function undrainNode(node) {
  openDialog("Cancel draining node " + named(node.name) + "?", "It takes players again, and those connected to it are notified.", () => [NOTED_REASON], () => "Cancel draining", () => false, async () => {
    await call("DELETE", "nodes/" + encodeURIComponent(node.id) + "/drain?" + new URLSearchParams({ reason: value("reason"), by: "page" }));
    return named(node.name) + " no longer drains";
  });
}
