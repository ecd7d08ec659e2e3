const report = JSON.parse($("data").textContent);
const isRight = report.wrong.length === 0;
const share = (seconds) => `${(100 * seconds / Math.max(1, report.seconds)).toFixed(2)}%`;
const numbered = (scene) => `${report.scenes.indexOf(scene) + 1}. ${scene.title}`;
const lines = report.scenes.flatMap((scene) => scene.lines);
const judged = (hearing) => hearing.verdict === "heard" ? "heard" : hearing.verdict === "silent" ? "spared" : "amiss";

function head() {
  const pairs = lines.reduce((sum, line) => sum + line.heard.length, 0);
  say($("title"), `${report.players.length} players, ${report.scenes.length} scenes, ${Math.round(report.seconds)} seconds`);
  say($("subtitle"), isRight ? "All players heard what was for them, and nothing else." : "Not everything was as the programme wants it.");
  say($("badge"), isRight ? "✓ Passed" : "✗ Failed");
  $("badge").className = isRight ? "" : "bad";
  $("wrong").hidden = isRight;
  $("wrong").replaceChildren(...report.wrong.map((words) => element("li", { textContent: words })));
  const heard = lines.flatMap((line) => line.heard);
  const missing = Math.max(0, ...heard.map((hearing) => hearing.missing ?? 0));
  const again = lines.filter((line) => line.takes > 1).length;
  const tiles = [
    [lines.length, "lines were said"],
    [pairs, "pairs of a speaker and a listener"],
    [heard.filter((hearing) => hearing.is_for).length, "had to hear it"],
    [heard.filter((hearing) => !hearing.is_for).length, "must not hear it"],
    [`${Math.round(100 * missing)} %`, "of a line missing, at most"],
    [again, "lines had to be said again"],
  ];
  const tile = ([figure, words]) =>
    element("div", { className: "tile" }, element("p", { className: "figure", textContent: figure }), element("p", { className: "note", textContent: words }));
  $("tiles").replaceChildren(...tiles.map(tile));
}

function block(kind, line, title) {
  const made = element("i", { className: kind, title });
  made.style.left = share(line.from);
  made.style.width = share(Math.max(0.4, line.until - line.from - 0.3));
  return made;
}

function timeLine() {
  const name = (player) => element("div", {}, player.name, element("small", { textContent: player.way }));
  $("names").replaceChildren(element("div", { className: "axis" }), ...report.players.map(name));
  const bands = report.scenes.map((scene) => {
    const made = element("div", { className: "band", title: `${numbered(scene)}: ${scene.what}` },
      element("b", { textContent: numbered(scene) }), element("small", { textContent: `${Math.round(scene.from)} s` }));
    made.style.left = share(scene.from);
    made.style.width = share(scene.to - scene.from);
    return made;
  });
  const lane = (player) => {
    const blocks = lines.flatMap((line) => {
      if (line.member === player.name) return [block("spoke", line, `${line.member} to ${line.to}`)];
      const hearing = line.heard.find((hearing) => hearing.by === player.name);
      return hearing ? [block(judged(hearing), line, `${line.member} to ${line.to}: ${words(hearing)}`)] : [];
    });
    return element("div", { className: "lane" }, ...blocks);
  };
  $("lanes").replaceChildren(...bands, element("div", { className: "axis" }), ...report.players.map(lane));
}

function words(hearing) {
  const figures = hearing.is_for ? `likeness ${hearing.likeness.toFixed(2)}, ${Math.round(100 * (hearing.missing ?? 0))} % missing` : `loudest sample ${hearing.loudest.toFixed(4)}`;
  return `${{ heard: "heard", silent: "nothing heard", missed: "missed", leaked: "leaked", without_music: "no music" }[hearing.verdict]} (${figures})`;
}

function cell(line, player) {
  if (line.member === player.name) return element("td", { className: "spoke", textContent: "speaks" });
  const hearing = line.heard.find((hearing) => hearing.by === player.name);
  if (!hearing) return element("td", {});
  const figure = hearing.verdict === "silent" ? "–" : hearing.likeness.toFixed(2);
  const inner = hearing.file ? element("a", { href: hearing.file, textContent: `${hearing.verdict} ${figure}` }) : figure;
  return element("td", { className: judged(hearing), title: words(hearing) }, inner);
}

function scene(scene) {
  const check = (check) => element("li", { className: check.is_so ? "" : "bad", textContent: check.words });
  const players = report.players.filter((player) => scene.lines.some((line) => line.member === player.name || line.heard.some((hearing) => hearing.by === player.name)));
  const row = (line) => {
    const again = line.takes > 1 ? `, said ${line.takes} times` : "";
    const title = element("td", {}, `${line.member} → ${line.to} `, element("small", { textContent: line.why + again }));
    return element("tr", {}, title, ...players.map((player) => cell(line, player)));
  };
  const columns = ["speaker → target", ...players.map((player) => player.name)];
  const heads = columns.map((column) => element("th", { scope: "col", textContent: column }));
  const rows = scene.lines.length ? [element("div", { className: "scroll" }, element("table", { className: "heard" },
    element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...scene.lines.map(row))))] : [];
  return element("section", { className: "card" }, element("h2", { textContent: numbered(scene) }),
    element("p", { className: "note", textContent: scene.what }), element("ul", { className: "checks" }, ...scene.checks.map(check)), ...rows);
}

head();
timeLine();
$("scenes").replaceChildren(...report.scenes.map(scene));
$("flood-card").hidden = report.flood.length === 0;
table($("flood"), [text("counter", (row) => row[0]), text("more", (row) => String(row[1]), "number")], report.flood, (row) => row[0], "Nothing was dropped.");
$("notes").replaceChildren(...report.notes.map((note) => element("li", { textContent: note })));
$("logs").replaceChildren("Logs: ", ...report.logs.flatMap((log) => [element("a", { href: log, textContent: log }), " "]), "Figures in the tables are likenesses: 1 is all of what was said.");
