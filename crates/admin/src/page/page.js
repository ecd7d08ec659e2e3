// Shows the server, and does what an operator wants done.

// --- words and numbers
const DASH = "–";
const rate = (bytes) => bytes == null ? DASH : bytes * 8 < 1e6 ? (bytes * 8 / 1e3).toFixed(bytes * 8 < 1e4 ? 1 : 0) + " kbit/s" : (bytes * 8 / 1e6).toFixed(1) + " Mbit/s";
const percent = (value) => value == null ? DASH : value.toFixed(value < 10 ? 1 : 0) + " %";
function span(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [name, size] = units[first], next = units[first + 1];
  const rest = next ? Math.floor(seconds % size / next[1]) : 0;
  return Math.floor(seconds / size) + " " + name + (rest ? " " + rest + " " + next[0] : "");
}
const moment = (seconds) => new Date(seconds * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
const plural = (number, one, many = one + "s") => number + " " + (number === 1 ? one : many);

// --- the token, for as long as this tab lives; one behind a # comes from the link that opened the page
const fromAddress = location.hash.startsWith("#token=") ? decodeURIComponent(location.hash.slice(7)) : null;
if (fromAddress) { sessionStorage.setItem("token", fromAddress); history.replaceState(null, "", location.pathname); }
let token = sessionStorage.getItem("token");
const authorization = () => ({ Authorization: "Bearer " + token });

async function call(method, path, body) {
  const headers = authorization();
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch("api/v1/" + path, { method, headers, body: body && JSON.stringify(body) });
  const problem = async () => { try { return (await answer.json()).detail; } catch { return "the server answered " + answer.status; } };
  if (answer.status === 401) { closeDoor(await problem()); throw new Error("the token is not right"); }
  if (!answer.ok) throw new Error(await problem());
  return answer.json();
}
function toast(words, isBad) {
  const box = $("toast");
  say(box, words); box.className = isBad ? "bad" : ""; box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 5000);
}

// --- columns with a button, or several, in each row
const button = (words, pressed) => ({ title: "Actions", className: "number", draw: (cell, value, row) => {
  if (cell.firstChild) return;
  const made = element("button", { onclick: () => pressed(row.value) }, element("span", { className: "wide", textContent: words }), "…");
  made.setAttribute("aria-label", words);
  cell.append(made);
} });
const buttons = (...all) => ({ title: "Actions", className: "number", draw: (cell, value, row) => {
  if (cell.firstChild) return;
  cell.append(element("div", { className: "buttons" }, ...all.map(([words, pressed]) => element("button", { textContent: words + "…", onclick: () => pressed(row.value) }))));
} });

// --- the server
let chosen = null, previous = null, now = null;
function tile(title, figure, isBad, ...more) {
  return element("div", { className: isBad ? "tile bad" : "tile" }, element("h3", { role: "heading", ariaLevel: "2", textContent: title }), element("p", { className: "figure", textContent: figure }), ...more);
}
/** A counter's sum over all nodes of a cluster, or the server's own without a cluster. */
const total = (nodes, key, own) => nodes.length ? nodes.reduce((sum, node) => sum + (node.now?.[key] ?? 0), 0) : own;
function drawServer(server, nodes, perSecond) {
  const players = total(nodes, "players", server.players), sessions = nodes.length ? now.sessions.length : server.sessions;
  const here = nodes.length ? " here" : "", own = nodes.find((node) => node.is_own);
  // In a cluster, each node has its own button.
  $("drain").hidden = nodes.length > 0; say($("drain"), server.is_draining ? "Cancel draining…" : "Drain…");
  $("drain").onclick = () => server.is_draining ? undrain() : drain();
  say($("title"), server.unready ? "Not accepting players" : plural(players, "player"));
  say($("subtitle"), (server.unready ? server.unready + " · " : "") + (own ? plural(nodes.length, "node") + " · " : "") + plural(sessions, "session") + (own ? " · shown by node " + named(own.name) : "") + " · up for " + span(server.uptime_s) + " · version " + server.version);
  const busiest = Math.max(0, ...server.workers.map((worker) => worker.busy_share));
  const bars = element("div", { className: "bars", title: "Each bar is a worker" }, ...server.workers.map((worker) => {
    const fill = element("b"), bar = element("i", { className: worker.busy_share > .7 ? "hot" : "" }, fill);
    fill.style.height = Math.max(4, 100 * worker.busy_share) + "%";
    return bar;
  }));
  $("tiles").replaceChildren(
    tile("Players", String(players)), tile("Sessions", String(sessions)),
    tile("Coming in" + here, rate(perSecond("received_bytes"))), tile("Going out" + here, rate(perSecond("sent_bytes"))),
    tile("Busiest of " + plural(server.workers.length, "worker") + here, percent(100 * busiest), busiest > .7, bars),
  );
}
function drawSessions(sessions) {
  const sorted = [...sessions].sort((a, b) => b.players - a.players || (a.name < b.name ? -1 : 1));
  if (!sorted.some((session) => session.name === chosen) && sorted.length) follow(sorted[0].name);
  const select = $("session"), names = sorted.slice(0, 500).map((session) => session.name);
  if (chosen && !names.includes(chosen)) names.unshift(chosen);
  const counts = new Map(sorted.map((session) => [session.name, (session.players ?? "?") + (session.node ? " at " + named(session.node) : "")]));
  if (select.dataset.names !== JSON.stringify(names)) {
    select.dataset.names = JSON.stringify(names);
    select.replaceChildren(...names.map((name) => element("option", { value: name })));
  }
  for (const option of select.options) say(option, named(option.value) + " (" + (counts.get(option.value) ?? 0) + ")");
  select.value = chosen;
}
const isOver = (a, b, key) => a && b && a[key] >= b[key];
function drawNow(next, at) {
  const seconds = previous ? (at - previous.at) / 1000 : null;
  // Two updates that arrive together after a stall say nothing about rates.
  if (seconds != null && seconds < .3) return;
  const perSecond = (key) => previous && isOver(next.server, previous.now.server, key) ? (next.server[key] - previous.now.server[key]) / seconds : null;
  const same = previous?.now.session?.name === next.session?.name;
  const before = new Map(same ? (previous?.now.session?.players ?? []).map((player) => [player.id, player]) : []);
  for (const player of next.session?.players ?? []) {
    const former = before.get(player.id);
    player.up = isOver(player, former, "received_bytes") ? (player.received_bytes - former.received_bytes) / seconds : null;
    player.down = isOver(player, former, "sent_bytes") ? (player.sent_bytes - former.sent_bytes) / seconds : null;
  }
  now = next;
  drawServer(next.server, next.cluster?.nodes ?? [], perSecond);
  drawNodes(next.cluster, seconds);
  drawSessions(next.sessions);
  drawPlayers();
  previous = { now: next, at };
}

// --- players
const chip = (words, title, className) => element("span", { className: "chip " + (className || ""), textContent: words, title: title || "" });
const terms = (held) => [held.reason ? sentence(held.reason) : "no reason given", "by " + named(held.by), held.until ? "until " + moment(held.until) : "permanent"].join(", ");
function marks(player) {
  const found = [];
  if (player.is_moderator) found.push(chip("moderator", "", "plain"));
  for (const [key, words] of [["muted", "muted"], ["text_muted", "no texts"], ["deafened", "deafened"]]) if (player[key]) found.push(chip(words, terms(player[key])));
  for (const right of player.room_rights) found.push(chip(named(right.room), "listen: " + (right.listen ?? "by the rules") + ", speak: " + (right.speak ?? "by the rules"), "plain"));
  if (player.refused_rooms.length) found.push(chip("refused: " + listed(player.refused_rooms), "The room's rules do not let it in"));
  return found;
}
const PLAYERS = [
  { title: "Player", className: "name", draw: (cell, player) => {
    if (!cell.firstChild) cell.append(element("span", { className: "dot" }), element("span"), element("small"), element("div", { className: "chips" }));
    say(cell.children[1], named(player.name));
    say(cell.children[2], [player.address, player.subject, player.node && "node " + player.node, player.voice_path || player.network, player.page_trouble].filter(Boolean).map(named).join(" · "));
    const found = marks(player), drawn = JSON.stringify(found.map((mark) => [mark.textContent, mark.title]));
    if (cell.dataset.drawn !== drawn) { cell.dataset.drawn = drawn; cell.children[3].replaceChildren(...found); }
  } },
  text("Listens to", (player) => listed(player.rooms) || DASH, "text wide"),
  text("Speaks to", (player) => player.is_speaking ? listed(player.voice_to) || "no player" : "", "text"),
  { title: "Lost", className: "number", draw: (cell, player) => {
    say(cell, percent(player.lost_percent));
    cell.className = "number" + (player.lost_percent > 10 ? " bad" : player.lost_percent > 2 ? " warn" : "");
  } },
  text("Up", (player) => rate(player.up), "number wide"),
  text("Down", (player) => rate(player.down), "number wide"),
  button("Moderate", (player) => moderate(player)),
];
const ROOMS = [
  text("Room", (room) => named(room.name), "name"), text("Listeners", (room) => String(room.listeners), "number"),
  text("Limits", (room) => room.limits, "text"), button("Limit", (room) => limitRoom(room.name)),
];
const inWords = (limit) => [limit.listeners_max != null && plural(limit.listeners_max, "listener"), limit.speakers_max != null && plural(limit.speakers_max, "speaker"), limit.text_every_s != null && "a text every " + limit.text_every_s + " s"].filter(Boolean).join(", ");
function drawPlayers() {
  const session = now?.session;
  drawRecordButton(session);
  if (!session) { say($("count"), ""); $("rooms").hidden = true; return table($("players"), PLAYERS, [], null, now?.sessions.length ? "Looking…" : "There is no session just now."); }
  const wanted = $("find").value.trim().toLowerCase();
  const fits = (player) => [player.name, player.address, player.subject, ...player.rooms].some((words) => words?.toLowerCase().includes(wanted));
  const shown = session.players.filter((player) => !wanted || fits(player)).sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
  const speaking = session.players.filter((player) => player.is_speaking).length;
  say($("count"), (wanted ? shown.length + " of " : "") + plural(session.players.length, "player") + (speaking ? ", " + speaking + " speaking" : ""));
  table($("players"), PLAYERS, shown, (player) => player.id, session.players.length ? "No player matches." : "No players.", (player) => player.is_speaking ? "speaking" : "");
  const limits = new Map(session.limits.map((limit) => [limit.room, inWords(limit)]));
  const rooms = session.rooms.map((room) => ({ ...room, limits: limits.get(room.name) || "" }));
  for (const [name, words] of limits) if (!rooms.some((room) => room.name === name)) rooms.push({ name, listeners: 0, limits: words });
  $("rooms").hidden = !rooms.length;
  if (rooms.length) table($("rooms"), ROOMS, rooms, (room) => room.name, "");
}

// --- asking before anything is done
const field = (id, words, made) => ({ id, made: () => element("label", { textContent: words }, Object.assign(made(), { id: "field-" + id })) });
const options = (pairs) => () => element("select", {}, ...pairs.map(([value, words]) => element("option", { value, textContent: words })));
const input = (properties) => () => element("input", { autocomplete: "off", ...properties });
const REASON = field("reason", "Reason (players are shown it)", input({ maxLength: 256 }));
const NOTED_REASON = field("reason", "Reason (for the audit log)", input({ maxLength: 256 }));
const KEPT_REASON = field("reason", "Reason (kept with the report)", input({ maxLength: 256 }));
// What is first is what a hurried operator gets: a mute is short, a ban is permanent.
const TIMES = [["600", "10 minutes"], ["3600", "an hour"], ["86400", "a day"], ["604800", "a week"], ["2592000", "30 days"]], PERMANENT = ["", "permanent"];
const TIME = field("duration_s", "For how long", options([...TIMES, PERMANENT]));
const BAN_TIME = field("ban_duration_s", "For how long", options([PERMANENT, ...TIMES]));
const value = (id) => $("field-" + id)?.value ?? "";
const number = (id) => value(id) === "" ? undefined : Number(value(id));
const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** Opens a dialog with these fields, which may depend on the first one; without an action it can only be closed. */
function openDialog(title, about, fieldsOf, words, isDanger, carryOut) {
  const draw = () => {
    const kept = Object.fromEntries([...$("dialog-fields").querySelectorAll("input,select")].map((input) => [input.id, input.value]));
    $("dialog-fields").replaceChildren(...fieldsOf().map((field) => field.made()));
    for (const [id, former] of Object.entries(kept)) if ($(id)) $(id).value = former;
    say($("dialog-do"), words());
    $("dialog-do").className = isDanger() ? "danger" : "main";
  };
  $("dialog-cancel").hidden = !carryOut;
  say($("dialog-title"), title); say($("dialog-about"), about); $("dialog-trouble").hidden = true;
  $("dialog-fields").replaceChildren();
  draw();
  $("dialog-fields").onchange = (event) => { if (event.target.id === "field-what") draw(); };
  $("dialog-form").onsubmit = async (event) => {
    event.preventDefault();
    $("dialog-do").disabled = true;
    try { if (carryOut) toast(await carryOut()); $("dialog").close(); } catch (error) { $("dialog-trouble").hidden = false; say($("dialog-trouble"), sentence(error.message)); }
    $("dialog-do").disabled = false;
  };
  $("dialog").showModal();
}
$("dialog-cancel").onclick = () => $("dialog").close();

const OUTCOMES = {
  notified: "done, and the player was notified", not_notified: "done; this player's client cannot be notified", absent: "the player is offline; applies when it joins",
  absent_name: "no player of this name is online; applies to players that join with it and without an account",
  moved: "moved", only_removed: "removed; this player's client cannot be moved", holds: "in force",
};
const FLEETING = ["kick", "reset", "move", "remove_from_room"];
const outcome = (done, isFleeting) => OUTCOMES[done.outcome] + (isFleeting ? "" : done.stored === "waiting" ? "; not written to disk yet" : done.stored === "in_memory" ? "; it is kept until the server restarts" : "");
async function act(session, action) {
  const done = await call("POST", "sessions/" + encodeURIComponent(session) + "/actions", { action, reason: value("reason"), by: "page" });
  return outcome(done, Object.keys(action).some((key) => FLEETING.includes(key)));
}
function moderate(player) {
  // Lasting actions apply to the account, immediate ones to this row: an account may be here several times.
  const session = chosen, target = player.subject ? { subject: player.subject } : player.name;
  const room = (id, words) => field(id, words, input({ required: true, value: player.rooms[0] || "" }));
  const own = (id, words) => field(id, words, player.rooms.length ? options(player.rooms.map((name) => [name, named(name)])) : input({ required: true }));
  const right = (id, words) => field(id, words, options([["", "by the room's rules"], ["true", "yes"], ["false", "no"]]));
  const flag = (id) => value(id) === "" ? undefined : value(id) === "true";
  const actions = {
    mute: player.muted ? null : ["Mute", [TIME, REASON], () => given({ player: target, duration_s: number("duration_s") })],
    unmute: player.muted ? ["Unmute", [], () => ({ player: target })] : null,
    mute_text: player.text_muted ? null : ["Mute text messages", [TIME, REASON], () => given({ player: target, duration_s: number("duration_s") })],
    unmute_text: player.text_muted ? ["Unmute text messages", [], () => ({ player: target })] : null,
    deafen: player.deafened ? null : ["Deafen", [TIME, REASON], () => given({ player: target, duration_s: number("duration_s") })],
    undeafen: player.deafened ? ["Undeafen", [], () => ({ player: target })] : null,
    move: ["Move to another room", [own("from", "From"), field("to", "To", input({ required: true })), NOTED_REASON], () => ({ player: player.name, from: value("from"), to: value("to") })],
    remove_from_room: ["Remove from a room", [own("room", "Room"), NOTED_REASON], () => ({ player: player.name, room: value("room") })],
    set_room_rights: ["Set rights in a room", [room("room", "Room"), right("listen", "Listen"), right("speak", "Speak"), NOTED_REASON], () => given({ player: target, room: value("room"), listen: flag("listen"), speak: flag("speak") })],
    reset: ["Force a reconnect", [NOTED_REASON], () => ({ player: player.name })],
    report: now.session?.node && now.session.node !== now.cluster?.nodes.find((node) => node.is_own)?.name ? null : ["Report, with recent speech", [KEPT_REASON]],
    kick: ["Kick", [REASON], () => ({ player: player.name })],
    ban: ["Ban", [field("target", "Ban by", options([["name", "the name " + named(player.name)], ...(player.subject ? [["subject", "the account " + named(player.subject)]] : []), ...(player.address ? [["address", "the address " + player.address]] : [])])), BAN_TIME, REASON]],
  };
  const open = Object.entries(actions).filter(([, action]) => action);
  const what = field("what", "What to do", options(open.map(([key, [words]]) => [key, words])));
  const current = () => actions[value("what") || open[0][0]];
  openDialog(named(player.name), [player.address, player.subject, session].filter(Boolean).map(named).join(" · "), () => [what, ...current()[1]], () => current()[0], () => ["kick", "ban"].includes(value("what")), async () => {
    const key = value("what");
    if (key === "report") return report(session, target);
    if (key !== "ban") return named(player.name) + ": " + await act(session, { [key]: current()[2]() });
    return ban({ [value("target")]: player[value("target")] });
  });
}
async function ban(target) {
  const banned = await call("POST", "bans", given({ target, duration_s: number("ban_duration_s"), reason: value("reason"), by: "page" }));
  if (shown === "Bans") drawBans();
  return "banned" + (banned.expelled.length ? "; sent away: " + listed(banned.expelled.map((gone) => gone.player)) : "");
}
function limitRoom(name) {
  const session = chosen, count = (id, words) => field(id, words, input({ type: "number", min: 0, placeholder: "no limit" }));
  const kind = field("what", "What to do", options([["limit_room", "Limit"], ["unlimit_room", "Follow the configuration"]]));
  const fields = () => value("what") === "unlimit_room" ? [kind] : [kind, count("listeners_max", "Most listeners"), count("speakers_max", "Most speakers at once"), count("text_every_s", "Seconds between two texts")];
  openDialog(named(name), named(session), fields, () => "Do it", () => false, async () => {
    const limits = value("what") === "unlimit_room" ? {} : { listeners_max: number("listeners_max"), speakers_max: number("speakers_max"), text_every_s: number("text_every_s") };
    return named(name) + ": " + await act(session, { [value("what")]: given({ room: name, ...limits }) });
  });
}

// --- the server as a whole
const WITHIN = field("within_s", "Exit at the latest after", options([["600", "10 minutes"], ["60", "a minute"], ["1800", "half an hour"], ["7200", "2 hours"], ["86400", "a day"]]));
const REDIRECT = field("redirect", "Redirect players to (optional)", input({ maxLength: 512, placeholder: "quic://voice2.example.org:7777/{session}" }));
const drainRequest = () => given({ within_s: number("within_s"), redirect: value("redirect") || undefined, reason: value("reason"), by: "page" });
function drain() {
  const about = "No new players are admitted, players are notified, and the server exits when the last one has left. Until then you can cancel.";
  openDialog("Drain the server?", about, () => [WITHIN, REDIRECT, NOTED_REASON], () => "Drain", () => true, async () => {
    const drained = await call("POST", "drain", drainRequest());
    return "draining; " + plural(drained.notified, "player") + " notified";
  });
}
function undrain() {
  openDialog("Cancel draining?", "Players can join again, and those online are notified.", () => [NOTED_REASON], () => "Cancel draining", () => false, async () => {
    await call("DELETE", "drain?" + new URLSearchParams({ reason: value("reason"), by: "page" }));
    return "draining cancelled";
  });
}

// --- bans and the log
const banWords = (ban) => targetWords(ban.target) + (ban.session ? " in " + named(ban.session) : "");
const targetWords = (target) => Object.entries(target).map(([kind, who]) => kind + " " + named(who)).join();
const BANS = [
  text("Target", (ban) => banWords(ban), "name"), text("Until", (ban) => ban.until ? moment(ban.until) : "permanent", "text"),
  text("Reason", (ban) => sentence(ban.reason || DASH), "text"), text("By", (ban) => named(ban.by) + ", " + moment(ban.since), "text wide"),
  button("Lift", (ban) => openDialog("Lift the ban of " + banWords(ban) + "?", sentence(ban.reason ?? ""), () => [NOTED_REASON], () => "Lift", () => false, async () => {
    await call("DELETE", "bans/" + ban.id + "?" + new URLSearchParams({ reason: value("reason"), by: "page" }));
    drawBans();
    return "lifted";
  })),
];
async function allBans() {
  const bans = [], limit = 1000;
  for (let last = limit; last === limit;) {
    const page = await call("GET", "bans?" + new URLSearchParams({ limit, after: bans.at(-1)?.id ?? 0 }));
    bans.push(...page);
    last = page.length;
  }
  return bans;
}
async function drawBans() { try { table($("bans"), BANS, await allBans(), (ban) => ban.id, "No bans."); } catch (error) { toast(sentence(error.message), true); } }
$("new-ban").onclick = () => {
  const kind = field("kind", "Ban by", options([["name", "a name"], ["subject", "an account (the subject of join tokens)"], ["address", "an address or a prefix"]]));
  openDialog("New ban", "Matching players are disconnected.", () => [kind, field("target", "Target", input({ required: true, placeholder: "Mallory, 192.0.2.7 or 2001:db8::/48" })), BAN_TIME, REASON], () => "Ban", () => true, () => ban({ [value("kind")]: value("target") }));
};
const LOG = [
  text("When", (entry) => moment(entry.at), "text"), text("Operator", (entry) => named(entry.by) + (entry.node ? " at " + named(entry.node) : ""), "text wide"), text("Action", (entry) => entry.action.replaceAll("_", " "), "name"),
  text("Target", (entry) => named(entry.target ?? "") + (entry.session && entry.session !== entry.target ? " in " + named(entry.session) : ""), "text"),
  text("Details", (entry) => [entry.details, entry.reason].filter(Boolean).map(sentence).join(" · "), "text"), text("Result", (entry) => OUTCOMES[entry.result] || entry.result, "text wide"),
];
let entries = [];
async function drawLog(before) {
  try {
    const page = await call("GET", "audit?limit=100" + (before ? "&before=" + before : ""));
    entries = before ? [...entries, ...page.entries] : page.entries;
    table($("log"), LOG, entries, (entry) => entry.id, "Nothing was done yet.");
    $("older").hidden = !page.next;
    $("older").onclick = () => drawLog(page.next);
  } catch (error) { toast(sentence(error.message), true); }
}

// --- tabs
let shown = null;
const showTab = makeTabs({ Players: "Players", Nodes: "Nodes", Bans: "Bans", Reports: "Reports", Recordings: "Recordings", Log: "Audit log" }, (name) => {
  shown = name;
  if (now?.cluster) drawNodes(now.cluster, null);
  if (token && shown === "Bans") drawBans();
  if (token && shown === "Reports") drawReports();
  if (token && shown === "Recordings") drawRecordings();
  if (token && shown === "Log") drawLog();
});
$("tab-Nodes").hidden = true;
$("find").oninput = drawPlayers;
$("session").onchange = () => follow($("session").value);

// --- following the server
let stream = null;
function follow(session) { chosen = session; previous = null; if (token) listen(); }
async function listen() {
  stream?.abort();
  const own = stream = new AbortController();
  try {
    const answer = await fetch("api/v1/events" + (chosen ? "?" + new URLSearchParams({ session: chosen }) : ""), { headers: authorization(), signal: own.signal });
    if (answer.status === 401) return closeDoor((await answer.json()).detail);
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { value, done } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      if (events.length) take(events.at(-1));
    }
  } catch (error) {
    if (own.signal.aborted) return;
    trouble(error instanceof TypeError ? "The server cannot be reached. This page tries again." : error.message);
  }
  if (own === stream) setTimeout(() => { if (own === stream && token) listen(); }, 2000);
}
function take(event) {
  const line = (name) => event.split("\n").find((line) => line.startsWith(name + ": "))?.slice(name.length + 2);
  const data = JSON.parse(line("data") || "null");
  if (line("event") !== "now") return trouble(data?.detail);
  trouble(null);
  drawNow(data, performance.now());
}

// --- the door
function closeDoor(words) {
  stream?.abort(); stream = null; token = null; previous = null; chosen = null;
  sessionStorage.removeItem("token");
  $("inside").hidden = $("leave").hidden = $("drain").hidden = true; $("door").hidden = false;
  say($("title"), "Sign in"); say($("subtitle"), "");
  trouble(words);
}
function openDoor() {
  $("inside").hidden = $("leave").hidden = false; $("door").hidden = true;
  trouble(null); showTab(shown ?? "Players"); listen();
}
$("door").onsubmit = (event) => {
  event.preventDefault();
  token = $("token").value.trim(); $("token").value = "";
  sessionStorage.setItem("token", token);
  openDoor();
};
$("leave").onclick = () => closeDoor(null);
if (token) openDoor(); else closeDoor(null);
