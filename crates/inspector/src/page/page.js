// Draws the snapshot of a client or a server, and asks why a player is not heard.
const INTERVAL_MS = 200;

// --- numbers
const figure = (value, digits = 0, unit = "") => value == null ? "–" : value.toFixed(digits) + unit;
const bytes = (value) => value < 1e4 ? value + " B" : value < 1e7 ? (value / 1e3).toFixed(1) + " kB" : (value / 1e6).toFixed(1) + " MB";
const ago = (ms) => ms == null ? "never" : ms < 500 ? "now" : ms < 60000 ? (ms / 1000).toFixed(1) + " s ago" : Math.round(ms / 60000) + " min ago";
const target = (to) => to.room != null ? named(to.room) : "@" + named(to.player);
const clock = (ms) => { const s = Math.floor(ms / 1000); return Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0"); };

const number = (title, of) => text(title, of, "number");

function meter(cell, decibels, isSound = true) {
  const share = Math.max(0, Math.min(1, (decibels + 60) / 60));
  if (!cell.firstChild) cell.append(element("div", { className: "meter" }, element("i")));
  const bar = cell.firstChild;
  bar.className = isSound && decibels > -6 ? "meter loud" : "meter";
  bar.firstChild.style.width = (100 * share).toFixed(1) + "%";
  if (isSound) bar.title = decibels.toFixed(0) + " dB of full scale";
}

// Delay (line), where it should be (orange), level (filled) over the last 20 s.
function graph(cell, history) {
  let canvas = cell.querySelector("canvas");
  if (!canvas) {
    canvas = element("canvas", { title: "The last 20 s: level (filled), delay (blue), delay aimed for (orange), both up to the greatest" });
    cell.append(canvas);
  }
  const ratio = devicePixelRatio || 1, width = 180, height = 34;
  if (canvas.width !== width * ratio) { canvas.width = width * ratio; canvas.height = height * ratio; }
  const pen = canvas.getContext("2d"), style = getComputedStyle(document.body);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const most = Math.max(100, ...history.delay_ms, ...history.target_ms), step = width / 200;
  const x = (index, all) => width - (all.length - index) * step;
  pen.fillStyle = style.getPropertyValue("--level");
  history.level_dbfs.forEach((level, index) => {
    const share = Math.max(0, (level + 60) / 60);
    pen.fillRect(x(index, history.level_dbfs), height * (1 - share), step, height * share);
  });
  for (const [values, colour] of [[history.target_ms, "--c1"], [history.delay_ms, "--c0"]]) {
    pen.strokeStyle = style.getPropertyValue(colour);
    pen.lineWidth = 1.4;
    pen.beginPath();
    values.forEach((value, index) => pen.lineTo(x(index, values), height - 1.5 - (height - 3) * value / most));
    pen.stroke();
  }
}

// --- tabs
const TABS = { Players: "Players", Network: "Network", Capture: "Capture", Devices: "Devices", Log: "Log" };
let shown;
const showTab = makeTabs(TABS, (name) => { shown = name; history.replaceState(null, "", "#" + name); });
showTab(location.hash.slice(1) in TABS ? location.hash.slice(1) : "Players");

// --- what is done
let refusedUntil = 0;
async function act(action) {
  const answer = await fetch("act", { method: "POST", body: JSON.stringify(action) });
  if (!answer.ok) { trouble(await answer.text()); refusedUntil = performance.now() + 5000; }
  await update();
}
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
$("mute").onclick = () => act({ action: "mute", muted: !isPressed($("mute")) });
$("deafen").onclick = () => act({ action: "deafen", deafened: !isPressed($("deafen")) });
function press(button, pressed, words) { button.setAttribute("aria-pressed", String(pressed)); say(button, words); }

// --- why
function choose(select, names, first) {
  const wanted = select.value || first;
  if (select.dataset.names !== names.join("\n")) {
    select.dataset.names = names.join("\n");
    select.replaceChildren(...names.map((name) => element("option", { value: name, textContent: named(name) })));
    if (names.includes(wanted)) select.value = wanted;
  }
}
function ask(speaker, listener) { $("speaker").value = speaker; $("listener").value = listener; $("way").open = true; diagnose(); $("why-card").scrollIntoView({ block: "nearest" }); }
async function diagnose() {
  const [speaker, listener] = [$("speaker").value, $("listener").value];
  $("verdict").className = "";
  if (!speaker || !listener || speaker === listener) {
    $("steps").replaceChildren();
    return say($("verdict"), "Choose a speaker and a listener.");
  }
  const answer = await fetch("why.json?" + new URLSearchParams({ speaker, listener }));
  if (!answer.ok) return say($("verdict"), sentence(await answer.text()));
  const { verdict, steps } = await answer.json();
  say($("verdict"), sentence(verdict));
  $("verdict").className = steps.some((step) => step.outcome === "broken") ? "bad" : steps.every((step) => step.outcome === "passed") ? "good" : "";
  const marks = { passed: "✓", broken: "✗", unknown: "?" };
  $("steps").replaceChildren(...steps.map((step) => element("li", { className: step.outcome },
    element("span", { textContent: marks[step.outcome] }), element("b", { textContent: step.link.replaceAll("_", " ") }), element("em", { textContent: sentence(step.words) }))));
}
$("speaker").onchange = $("listener").onchange = diagnose;

// --- what is shown
const levels = [];
function showClient(snapshot) {
  snapshot.players.sort((one, other) => other.is_local - one.is_local || one.name.localeCompare(other.name));
  const others = snapshot.players.filter((player) => !player.is_local);
  const unheard = others.find((player) => player.muted || player.unheard || player.undecodable_because) || others[0];
  say($("title"), named(snapshot.name || "A player"));
  const rooms = snapshot.rooms.length ? "listens to " + listed(snapshot.rooms) : "listens to no room";
  const channels = snapshot.channels.length ? "speaks to " + snapshot.channels.map((channel) => target(channel.target) + (channel.is_open ? " (open)" : "")).join(", ") : "no open channel";
  const tokens = snapshot.tokens.length ? " · tokens: " + listed(snapshot.tokens) : "";
  say($("subtitle"), `${snapshot.status}${snapshot.trouble ? " (" + snapshot.trouble + ")" : ""} · ${snapshot.mode}${snapshot.id == null ? "" : " · id " + snapshot.id} · ${clock(snapshot.uptime_ms)} · ${rooms} · ${channels}${tokens}`);
  $("own").hidden = false;
  press($("mute"), snapshot.muted, snapshot.muted ? "Unmute me" : "Mute me");
  press($("deafen"), snapshot.deafened, snapshot.deafened ? "Undeafen me" : "Deafen me");
  const names = [snapshot.name, ...others.map((player) => player.name)];
  choose($("speaker"), names, unheard ? unheard.name : "");
  choose($("listener"), names, snapshot.name);
  if (shown === "Players") showPlayers(snapshot);
  if (shown === "Network") showNetwork($("network"), snapshot.network, snapshot.uplink);
  if (shown === "Capture") showCapture(snapshot);
  if (shown === "Devices") showDevices(snapshot);
}

// Ids have names in them, which would mean something else in a selector.
function card(place, id, title) {
  let found = [...place.children].find((child) => child.dataset.card === id);
  if (!found) {
    found = element("div", { className: "card" }, element("h2", { textContent: title }), element("div"));
    found.dataset.card = id;
    place.append(found);
  }
  found.isDrawn = true;
  return found.lastChild;
}
/** Takes away what was not drawn since this was called last. */
function sweep(place) {
  for (const child of [...place.children]) {
    if (!child.isDrawn) child.remove();
    child.isDrawn = false;
  }
}
function tiles(place, values) {
  let grid = place.querySelector(".tiles");
  if (!grid || grid.children.length !== values.length) {
    if (grid) grid.remove();
    grid = element("div", { className: "tiles" }, ...values.map(([title]) => element("div", { className: "tile" }, element("h3", { role: "heading", ariaLevel: "2", textContent: title }), element("p", { className: "figure" }), element("p", { className: "note" }), element("div"))));
    place.prepend(grid);
  }
  values.forEach(([title, value, note = "", isBad = false, level = null, isSound = true], index) => {
    const tile = grid.children[index];
    tile.className = isBad ? "tile bad" : "tile";
    say(tile.children[0], title); say(tile.children[1], value); say(tile.children[2], note);
    if (level != null) meter(tile.children[3], level, isSound);
  });
}

function showPlayers(snapshot) {
  const state = (player) => player.is_local ? "this player" : player.undecodable_because ? "cannot be decoded" : player.unheard ? player.unheard.replaceAll("_", " ") : player.is_speaking ? "speaks" : player.heard_ms_ago == null ? "silent so far" : "spoke " + ago(player.heard_ms_ago);
  const other = (draw) => (cell, player) => player.is_local ? say(cell, "") : draw(cell, player);
  table(card($("players"), "all", "Players"), [
    { title: "Name", className: "name", draw: (cell, player) => {
      if (!cell.firstChild) cell.append(document.createTextNode(""), element("small"));
      if (cell.firstChild.data !== named(player.name)) cell.firstChild.data = named(player.name);
      say(cell.lastChild, state(player));
    } },
    { title: "Level", draw: other((cell, player) => meter(cell, player.is_speaking ? player.level_dbfs : -100)) },
    text("Volume", (player) => player.is_local ? "" : figure(player.volume, 2), "number"),
    { title: "Actions", className: "buttons-cell", draw: other((cell, player) => {
      if (!cell.firstChild) cell.append(element("div", { className: "buttons" }, element("button"), element("button", { textContent: "Why?" })));
      const [mute, why] = cell.firstChild.children;
      press(mute, player.muted, player.muted ? "Unmute" : "Mute");
      mute.onclick = () => act({ action: "mute_player", name: player.name, muted: !player.muted });
      why.onclick = () => ask(player.name, snapshot.name);
    }) },
    { title: "Delay, 20 s", className: "wide", draw: other((cell, player) => graph(cell, player.history)) },
    text("Delay", (player) => player.is_local ? "" : `${figure(player.delay_ms)} / ${figure(player.target_delay_ms)} ms`, "number wide"),
    text("Jitter", (player) => player.is_local ? "" : figure(player.jitter_ms, 1, " ms"), "number wide"),
    number("Loss", (player) => player.is_local ? "" : figure(player.loss_percent, 1, " %")),
    text("Made up, stretched, skipped", (player) => player.is_local ? "" : [player.concealed_ms, player.lengthened_ms + player.shortened_ms, player.skipped_ms].map((ms) => figure(ms / 1000, 1, " s")).join(", "), "number wide"),
    text("Priority", (player) => player.priority, "wide"),
    text("Listens to", (player) => listed(player.rooms), "wide"),
    text("Comes through", (player) => player.is_local ? "" : player.channels.map(target).join(", ") + (player.positional ? ", with a place" : "") + (player.distance_m == null ? "" : ` ${player.distance_m.toFixed(1)} m`), "wide"),
  ], snapshot.players, (player) => player.name, null, (player) => player.is_speaking ? player.unheard ? "speaking unheard" : "speaking" : "");
}

const caption = (title, words) => title ? title + ": " + words : words[0].toUpperCase() + words.slice(1);
function showNetwork(place, network, uplink, title = "") {
  if (uplink) {
    const heard = uplink.listeners;
    tiles(place, [
      ["Round trip", figure(network.round_trip_ms, 1, " ms")],
      ...(network.voice_path ? [["Voice", network.voice_path]] : []),
      ["Lost on the way up", figure(uplink.lost_percent, 1, " %"), "as the server counts", uplink.lost_percent > 20],
      ["Waiting on the way up", figure(uplink.queueing_ms, 0, " ms")],
      ["Listeners miss", heard ? figure(heard.lost_percent, 1, " %") : "–", heard ? `${heard.listeners} say so${heard.lost_in_a_row ? `, ${figure(heard.lost_in_a_row, 1)} frames in a row` : ""}; they wait ${figure(heard.delay_ms)} ms` : "no reports"],
      ["Bit rate", figure(uplink.bitrate_bps / 1000, 0, " kbit/s"), `expects ${uplink.expected_loss_percent} % loss${uplink.redundancy ? `: ${uplink.redundancy}` : ""}`],
      ["Frames sent", String(uplink.frames_sent), `${uplink.frames_unheard} without listeners`],
      ["Direct links", String(network.direct_links)],
    ]);
  }
  const columns = [
    text("Packet", (row) => row.packet), number("Packets", (row) => String(row.flow.packets)), number("Bytes", (row) => bytes(row.flow.bytes)),
    number("Packets/s", (row) => figure(row.flow.packets_per_second, 1)), number("Bytes/s", (row) => bytes(Math.round(row.flow.bytes_per_second))),
  ];
  for (const way of ["received", "sent"]) {
    const rows = [...network[way].filter((row) => row.flow.packets), { packet: "all", flow: network[way + "_total"] }];
    table(card(place, title + way, caption(title && named(title), way)), columns, rows, (row) => row.packet);
  }
  const counters = network.counters.map(([name, value]) => ({ name, value }));
  if (counters.length) table(card(place, title + "counters", caption(title && named(title), "counters")), [text("Counter", (row) => row.name.replaceAll("_", " ")), number("Number", (row) => String(row.value))], counters, (row) => row.name);
}

function showCapture(snapshot) {
  const capture = snapshot.capture, place = $("capture");
  if (!capture) { place.replaceChildren(element("p", { className: "card note", textContent: "This player has no input." })); return; }
  if (place.querySelector("p.card")) place.replaceChildren();
  const echo = capture.echo;
  const gate = snapshot.muted ? "muted" : capture.is_transmitting ? "open" : "closed";
  const mode = { open: "always open", push_to_talk: capture.key_held ? "push to talk, key held" : "push to talk, key not held", voice: "voice detection", other: "as each channel says" }[capture.activation] || capture.activation;
  tiles(place, [
    ["Microphone", figure(capture.input_level_dbfs, 0, " dBFS"), capture.has_ended ? "has come to its end" : "last loud: " + ago(capture.sound_ms_ago), capture.sound_ms_ago == null, capture.input_level_dbfs],
    ["Behind the processing", figure(capture.output_level_dbfs, 0, " dBFS"), `gain ${figure(capture.gain_db, 1, " dB")}`, false, capture.output_level_dbfs],
    ["Speech", figure(100 * capture.speech_probability, 0, " %"), capture.is_voice_detected ? "detected" : "not detected", false, 60 * capture.speech_probability - 60, false],
    ["Activation", gate, mode],
    ["Delay", figure(capture.delay_ms, 0, " ms"), `${capture.dropped_blocks} blocks lost, ${capture.clipped_samples} samples clipped`],
    ["Noise suppression", capture.noise || "off", capture.is_noise_reduced ? "this machine is too slow for more" : "", capture.is_noise_reduced],
    ["Echo", echo ? figure(echo.delay_ms, 0, " ms") : "off", echo ? echoHint(echo) : "", echo && echo.delay_ms > 250],
    ["Echo return loss", echo ? figure(echo.return_loss_db, 1, " dB") : "–", echo ? `${figure(echo.return_loss_enhancement_db, 1, " dB")} more by the canceller` : ""],
  ]);
  levels.push(capture.input_level_dbfs);
  if (levels.length > 200) levels.shift();
  const at = card(place, "level", "The microphone’s level while this page is open, and its last seconds");
  graph(at, { level_dbfs: levels, delay_ms: [], target_ms: [] });
}
// Limits as the original's inspector has them.
function echoHint(echo) {
  if (echo.delay_ms > 250) return "too late to be removed: a slow loudspeaker?";
  if (echo.return_loss_db > 40) return "hardly any echo: headphones?";
  if (echo.return_loss_db < 6) return "very loud: turn the loudspeaker down";
  return `the way has changed ${echo.path_changes} times`;
}

function showDevices(snapshot) {
  const rows = [["Microphone", snapshot.microphone], ["Loudspeaker", snapshot.loudspeaker]].map(([kind, device]) => ({ kind, ...(device || { state: "none", name: kind === "Microphone" ? "speaks with something else, or not at all" : "what is heard goes elsewhere" }) }));
  table(card($("devices"), "all", "Devices"), [
    text("Kind", (row) => row.kind, "name"), text("State", (row) => row.state), text("Device", (row) => named(row.name)),
    number("Rate", (row) => row.rate_hz ? row.rate_hz + " Hz" : "–"), number("Latency", (row) => figure(row.latency_ms, 1, " ms")),
    number("Waiting", (row) => row.fill_ms == null ? "–" : `${figure(row.fill_ms, 0, "")} of ${figure(row.target_ms, 0, " ms")}`), number("Clock", (row) => figure(row.drift_ppm, 0, " ppm")),
    number("Interruptions", (row) => row.xruns == null ? "–" : String(row.xruns)), number("Opened again", (row) => row.reopened == null ? "–" : String(row.reopened)),
  ], rows, (row) => row.kind);
  if (snapshot.output_trouble) say(card($("devices"), "trouble", "Output"), snapshot.output_trouble);
}

function showServer(snapshot) {
  const sessions = snapshot.sessions, players = sessions.flatMap((session) => session.players);
  say($("title"), "Server");
  say($("subtitle"), `${sessions.length} session${sessions.length === 1 ? "" : "s"} · ${players.length} player${players.length === 1 ? "" : "s"} · ${clock(snapshot.uptime_ms)}`);
  for (const name of ["Capture", "Devices"]) $("tab-" + name).hidden = true;
  const names = [...new Set(players.map((player) => player.name))];
  choose($("speaker"), names, names[0]);
  choose($("listener"), names, names[1]);
  for (const session of sessions) {
    if (shown === "Players") {
      table(card($("players"), "p" + session.name, `Session ${named(session.name)}`), [
        text("Name", (player) => named(player.name), "name"), number("Id", (player) => String(player.id)), text("Listens to", (player) => listed(player.rooms)),
        text("Last spoke", (player) => player.is_followed ? ago(player.voice_ms_ago) : "–"), text("To", (player) => player.voice_to.map(target).join(", ")),
        text("Refused", (player) => player.refused_rooms.map((refused) => `${named(refused.room)} (${refused.is_speaking ? "speaking" : "listening"})`).join(", ")), number("Lost", (player) => figure(player.lost_percent, 1, " %")), text("Voice travels", (player) => player.voice_path || player.network || ""),
        number("Received", (player) => bytes(player.received.bytes)), number("Sent", (player) => bytes(player.sent.bytes)), number("Faults", (player) => String(player.faults)),
      ], session.players, (player) => player.name, null, (player) => player.voice_ms_ago != null && player.voice_ms_ago < 500 ? "speaking" : "");
      table(card($("players"), "r" + session.name, `Rooms of ${named(session.name)}`), [
        text("Room", (room) => named(room.name), "name"), number("Listeners", (room) => String(room.listeners.length)), text("Carries", (room) => room.range_m == null ? "everywhere" : `${figure(room.range_m)} m`), text("Players", (room) => listed(room.listeners)),
      ], session.rooms, (room) => room.name);
    }
    if (shown === "Network") showNetwork($("network"), session.network, null, session.name);
  }
  if (shown === "Players") sweep($("players"));
  if (shown === "Network") sweep($("network"));
}

function showLog(snapshot) {
  const place = $("log");
  if (snapshot.log_levels) say(card(place, "levels", "What the program logs"), snapshot.log_levels);
  const at = card(place, "notes", "What happened of late");
  const last = snapshot.notes.length ? snapshot.notes.at(-1).at_ms + snapshot.notes.at(-1).text + snapshot.notes.length : "none";
  if (at.dataset.last === last) return;
  at.dataset.last = last;
  const rows = snapshot.notes.toReversed().map((note) => element("li", { className: note.severity }, element("span", { className: "note", textContent: clock(note.at_ms) }), element("span", { textContent: sentence(note.text) })));
  at.replaceChildren(element("ul", { className: "notes" }, ...(rows.length ? rows : [element("li", { textContent: "Nothing." })])));
}

async function update() {
  try {
    const answer = await fetch("snapshot.json");
    if (!answer.ok) throw new Error(await answer.text());
    const snapshot = await answer.json();
    if (performance.now() > refusedUntil) trouble(null);
    if (snapshot.kind === "client") showClient(snapshot); else showServer(snapshot);
    if (shown === "Log") showLog(snapshot);
    document.title = $("title").textContent + " – Consonance inspector";
  } catch (error) {
    trouble(error instanceof TypeError ? "The program does not answer: it has ended, or it is stuck. What stands here is old." : error.message);
  }
}
async function loop() { if (!document.hidden) await update(); setTimeout(loop, INTERVAL_MS); }
loop().then(diagnose);
setInterval(() => { if (!document.hidden && shown === "Players") diagnose().catch(() => {}); }, 1000);
