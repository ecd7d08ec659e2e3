"use strict";
// Voices in files: reports of players and recordings of sessions. Depends on page.js, which is loaded before.
// --- reports
async function report(session, player) {
  const made = await call("POST", "reports", { session, player, reason: value("reason"), by: "page" });
  if (shown === "Reports") drawReports();
  return "report number " + made.report.id + " holds " + plural(made.report.tracks, "voice");
}
function bytes(count) {
  if (count < 1e6) return Math.ceil(count / 1e3) + " kB";
  const [size, unit] = count < 1e9 ? [count / 1e6, " MB"] : [count / 1e9, " GB"];
  return size.toFixed(size < 10 ? 1 : 0) + unit;
}
const REPORTS = [
  text("When", (report) => moment(report.at), "text"), text("Player", (report) => named(report.player), "name"),
  text("In", (report) => named(report.session), "text wide"), text("Reason", (report) => sentence(report.reason || DASH), "text"),
  text("By", (report) => named(report.by), "text wide"), text("Size", (report) => bytes(report.bytes), "number wide"),
  buttons(["Listen", (report) => listenTo("Report " + report.id + ": " + named(report.player), "reports/" + report.id)], ["Remove", (report) => openDialog("Remove the report of " + named(report.player) + "?", "Its files are gone then.", () => [KEPT_REASON], () => "Remove", () => true, async () => {
    await call("DELETE", "reports/" + report.id + "?" + new URLSearchParams({ reason: value("reason"), by: "page" }));
    drawReports();
    return "removed";
  })]),
];
async function drawReports() { try { table($("reports"), REPORTS, await call("GET", "reports?limit=1000"), (report) => report.id, "No reports."); } catch (error) { toast(sentence(error.message), true); } }

/** Shows the voices below a path, each to hear and to save. */
async function listenTo(title, path) {
  try {
    const { tracks } = await call("GET", path), urls = [];
    const rows = tracks.map((track) => {
      const place = element("p", { className: "line" }), name = element("b", { textContent: track.sealed ? "Encrypted " + named(track.player) : named(track.player) });
      const load = element("button", { type: "button", textContent: "Load " + bytes(track.bytes), onclick: async () => {
        load.disabled = true;
        try {
          const answer = await fetch("api/v1/" + path + "/tracks/" + encodeURIComponent(track.file), { headers: authorization() });
          if (!answer.ok) throw new Error((await answer.json()).detail);
          const url = URL.createObjectURL(await answer.blob());
          urls.push(url);
          const save = element("a", { href: url, download: track.file, textContent: "Save" });
          // Encrypted tracks can be heard only with the keys.
          load.replaceWith(...(track.sealed ? [] : [element("audio", { controls: true, src: url })]), save);
        } catch (error) { load.disabled = false; toast(sentence(error.message), true); }
      } });
      place.append(name, span(track.duration_s), load);
      return { made: () => place };
    });
    openDialog(title, tracks.length ? "All voices begin at the same moment." : "There is no voice in it.", () => rows, () => "Close", () => false);
    $("dialog").onclose = () => { urls.forEach((url) => URL.revokeObjectURL(url)); $("dialog").onclose = null; };
  } catch (error) { toast(sentence(error.message), true); }
}

// --- recordings
const ENDED = {
  session_ended: "the session ended", empty: "all players left", stopped: "stopped", duration_reached: "maximum length; continued in the next",
  bytes_reached: "large enough; the next goes on", folder_full: "no room for more", disk_nearly_full: "the disk is nearly full",
  write_failed: "could not be written", crashed: "the server was killed", handed_over: "the next process goes on", reconfigured: "the configuration changed",
};
const RECORDINGS = [
  text("Begun", (recording) => moment(recording.started_at), "text"), text("Session", (recording) => named(recording.session), "name"),
  text("Length", (recording) => span(recording.duration_s), "text wide"), text("Voices", (recording) => String(recording.tracks), "number wide"),
  text("Size", (recording) => bytes(recording.bytes), "number wide"),
  text("State", (recording) => recording.ended ? ENDED[recording.ended] || recording.ended : "goes on", "text"),
  buttons(["Listen", (recording) => listenTo(named(recording.session) + ", " + moment(recording.started_at), "recordings/" + place(recording))], ["Remove", (recording) => recording.ended ? openDialog("Remove this recording of " + named(recording.session) + "?", "Its files are gone then.", () => [KEPT_REASON], () => "Remove", () => true, async () => {
    await call("DELETE", "recordings/" + place(recording) + "?" + new URLSearchParams({ reason: value("reason"), by: "page" }));
    drawRecordings();
    return "removed";
  }) : toast("It goes on: stop it first", true)]),
];
const place = (recording) => recording.id.split("/").map(encodeURIComponent).join("/");
async function drawRecordings() {
  try {
    const view = await call("GET", "recordings?limit=1000");
    table($("recordings"), RECORDINGS, view.recordings, (recording) => recording.id, view.is_set_up ? "There is no recording." : "Nothing is recorded on this server: recording.folder is not set.");
    say($("recording-limits"), view.is_set_up ? bytes(view.finished_bytes) + " of " + bytes(view.folder_bytes_max) + " used" + (view.remove_oldest ? "; the oldest make room" : "") + (view.frames_dropped ? "; " + view.frames_dropped + " frames left out" : "") : "");
  } catch (error) { toast(sentence(error.message), true); }
}
function drawRecordButton(session) {
  const made = $("record");
  const own = now?.cluster?.nodes.find((node) => node.is_own);
  // A node cannot start recordings on another one.
  made.hidden = !session || Boolean(own && session.node !== own.name);
  if (made.hidden) return;
  say(made, session.is_recorded ? "Stop recording" : "Record");
  made.onclick = () => {
    const [action, words] = session.is_recorded ? ["stop_recording", "Stop"] : ["start_recording", "Record"];
    openDialog(words + " " + named(session.name) + "?", session.is_recorded ? "Until all players have left." : "Players are notified if their programs support it.", () => [KEPT_REASON], () => words, () => false, () => act(session.name, { [action]: {} }));
  };
}
