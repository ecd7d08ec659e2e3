//! The server's answers for people: tables, and outcomes in words.

use std::fmt::Write as _;

use consonance_server::utc::utc;
use consonance_wire::names::visible;
use serde_json::Value;

pub(super) fn health(server: &Value) -> String {
    let number = |key: &str| server[key].as_u64().unwrap_or_default();
    let mut words = match server["unready"].as_str() {
        None => "ready: players can join\n".to_owned(),
        Some(why) => format!("not ready: {}\n", plain(why)),
    };
    let [players, sessions] = ["player", "session"].map(|thing| counted(number(&format!("{thing}s")), thing));
    let _ = writeln!(words, "{players} in {sessions}, up for {} s", number("uptime_s"));
    for (number, worker) in list(&server["workers"]).iter().enumerate() {
        let busy = 100.0 * worker["busy_share"].as_f64().unwrap_or_default();
        let _ = writeln!(words, "worker {number}: {busy:.0} % busy");
    }
    words
}

pub(super) fn sessions(sessions: &Value) -> String {
    let has_nodes = list(sessions).iter().any(|session| session["node"].is_string());
    let keys: &[&str] = if has_nodes { &["name", "players", "node"] } else { &["name", "players"] };
    let row = |session: &Value| keys.iter().map(|key| text(&session[*key])).collect();
    let titles = &["SESSION", "PLAYERS", "NODE"][..keys.len()];
    table(titles, list(sessions).iter().map(row), "no sessions")
}

pub(super) fn players(session: &Value) -> String {
    let has_nodes = session["node"].is_string();
    let row = |player: &Value| {
        let lost = player["lost_percent"].as_f64().map(|lost| format!("{lost:.1} %"));
        let travels = |player: &Value| {
            let way = [&player["voice_path"], &player["network"]].into_iter().find(|way| !way.is_null());
            let words = [way, Some(&player["page_trouble"])].into_iter().flatten().map(text);
            words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
        };
        let marks = ["muted", "text_muted", "deafened"].into_iter().filter(|mark| !player[*mark].is_null());
        let speaks_to =
            if player["is_speaking"] == true { joined(&player["voice_to"]) } else { String::new() };
        let node = has_nodes.then(|| text(&player["node"]));
        let row = [
            text(&player["name"]),
            joined(&player["rooms"]),
            speaks_to,
            lost.unwrap_or_default(),
            travels(player),
            text(&player["address"]),
            marks.collect::<Vec<_>>().join(", ").replace('_', " "),
        ];
        row.into_iter().chain(node).collect()
    };
    let titles = ["PLAYER", "LISTENS TO", "SPEAKS TO", "LOST", "VOICE TRAVELS", "FROM", "", "NODE"];
    let titles = &titles[..titles.len() - usize::from(!has_nodes)];
    table(titles, list(&session["players"]).iter().map(row), "no players")
}

pub(super) fn bans(bans: &Value) -> String {
    let row = |ban: &Value| {
        let target = ban["target"].as_object().and_then(|target| target.iter().next());
        let target = target.map(|(kind, who)| format!("{kind} {}", text(who))).unwrap_or_default();
        let session = &ban["session"];
        let target = if session.is_null() { target } else { format!("{target} in {}", text(session)) };
        let until = ban["until"].as_u64().map_or_else(|| "permanent".into(), utc);
        vec![text(&ban["id"]), target, until, text(&ban["by"]), text(&ban["reason"])]
    };
    table(&["NUMBER", "TARGET", "UNTIL", "BY", "REASON"], list(bans).iter().map(row), "no bans")
}

pub(super) fn audit(page: &Value) -> String {
    let row = |entry: &Value| {
        let at = entry["at"].as_u64().map(utc).unwrap_or_default();
        let by = match entry["node"].as_str() {
            Some(node) => format!("{} at {node}", text(&entry["by"])),
            None => text(&entry["by"]),
        };
        let rest = ["action", "session", "target", "details", "reason", "result"];
        [at, by].into_iter().chain(rest.map(|key| text(&entry[key]))).collect()
    };
    let titles = ["WHEN", "BY", "ACTION", "SESSION", "TARGET", "DETAILS", "REASON", "RESULT"];
    table(&titles, list(&page["entries"]).iter().map(row), "no entries yet")
}

pub(super) fn banned(banned: &Value) -> String {
    let gone: Vec<_> = list(&banned["expelled"]).iter().map(|gone| text(&gone["player"])).collect();
    let gone = if gone.is_empty() { String::new() } else { format!("; disconnected: {}", gone.join(", ")) };
    format!("ban {} is in force{gone}\n", text(&banned["ban"]["id"]))
}

pub(super) fn reported(reported: &Value) -> String {
    let report = &reported["report"];
    let (number, tracks) = (text(&report["id"]), report["tracks"].as_u64().unwrap_or_default());
    format!("report number {number}: {}\n", voices(tracks))
}

pub(super) fn reports(reports: &Value) -> String {
    let row = |report: &Value| {
        let at = report["at"].as_u64().map(utc).unwrap_or_default();
        let of = |key: &str| match key {
            "player" | "reason" if report["sealed"].is_string() => "(sealed)".into(),
            key => text(&report[key]),
        };
        let rest = ["session", "player", "tracks", "bytes", "by", "reason"];
        [text(&report["id"]), at].into_iter().chain(rest.map(of)).collect()
    };
    let titles = ["NUMBER", "WHEN", "SESSION", "PLAYER", "VOICES", "BYTES", "BY", "REASON"];
    table(&titles, list(reports).iter().map(row), "no reports")
}

pub(super) fn report(details: &Value) -> String {
    let report = &details["report"];
    let at = report["at"].as_u64().map(utc).unwrap_or_default();
    let [number, player, session, by, reason] =
        ["id", "player", "session", "by", "reason"].map(|key| text(&report[key]));
    if report["sealed"].is_string() {
        return format!(
            "report number {number} in {session}, submitted by {by} at {at}: sealed; fetch it, and open it with \
             `consonance decrypt --moderators-key`\n"
        );
    }
    let head = format!("report number {number} of {player} in {session}, by {by} at {at}: {reason}\n");
    head + &tracks(&details["tracks"])
}

pub(super) fn tracks(tracks: &Value) -> String {
    let row = |track: &Value| {
        let seconds = |value: &Value| format!("{:.1}", value.as_f64().unwrap_or_default());
        let span = |span: &Value| format!("{}-{}", seconds(&span["from_s"]), seconds(&span["to_s"]));
        let spans: Vec<_> = list(&track["spans"]).iter().take(SPANS_SHOWN).map(span).collect();
        let more = if list(&track["spans"]).len() > SPANS_SHOWN { ", …" } else { "" };
        let spoke = spans.join(", ") + more;
        vec![text(&track["player"]), text(&track["file"]), text(&track["bytes"]), spoke]
    };
    table(&["PLAYER", "FILE", "BYTES", "SPEAKS AT (s)"], list(tracks).iter().map(row), "no voice was heard")
}

pub(super) fn recordings(view: &Value) -> String {
    if view["is_set_up"] != true {
        return "nothing is recorded on this server: recording.folder is not set\n".into();
    }
    let row = |recording: &Value| {
        let at = recording["started_at"].as_u64().map(utc).unwrap_or_default();
        let seconds = recording["duration_s"].as_f64().unwrap_or_default();
        let ended = recording["ended"].as_str().map_or_else(|| "goes on".into(), |why| why.replace('_', " "));
        let [id, tracks, bytes] = ["id", "tracks", "bytes"].map(|key| text(&recording[key]));
        vec![id, at, format!("{seconds:.0} s"), tracks, bytes, plain(&ended)]
    };
    let titles = ["RECORDING", "BEGUN", "LENGTH", "VOICES", "BYTES", "ENDED"];
    let rows = list(&view["recordings"]).iter().map(row);
    let numbers = ["finished_bytes", "folder_bytes_max", "free_bytes_min"].map(|key| text(&view[key]));
    let [bytes, bytes_max, free] = numbers;
    let limits = format!("{bytes} of {bytes_max} bytes are used, and {free} are left free on the disk\n");
    table(&titles, rows, "no recording") + &limits
}

pub(super) fn recording(details: &Value) -> String {
    let recording = &details["recording"];
    let error = recording["error"].as_str().map(|error| format!("{}\n", plain(error)));
    let head = format!("{} of {}\n", text(&recording["id"]), text(&recording["session"]));
    head + &error.unwrap_or_default() + &tracks(&details["tracks"])
}

pub(super) fn fetched(answer: &Value) -> String {
    let line = |file: &Value| format!("{} ({} bytes)\n", text(&file["file"]), text(&file["bytes"]));
    let lines: String = list(&answer["fetched"]).iter().map(line).collect();
    if lines.is_empty() { "it contains no voice\n".into() } else { lines }
}

/// "1 player", "4 players".
fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn voices(number: u64) -> String {
    if number == 1 { "1 voice".into() } else { format!("{number} voices") }
}

/// Stretches of speech of one voice in a table.
const SPANS_SHOWN: usize = 5;

pub(super) fn drained(drained: &Value) -> String {
    format!("draining; {} players notified\n", text(&drained["notified"]))
}

/// What an action has done, and how it is kept.
pub(super) fn outcome(done: &Value) -> String {
    let stored = match done["stored"].as_str() {
        Some("in_memory") => "; kept until the server restarts",
        Some("waiting") => "; not written to disk yet",
        _ => "",
    };
    format!("{}{stored}\n", done_in_words(done))
}

/// What an action has done that is over at once, of which nothing is kept.
pub(super) fn fleeting_outcome(done: &Value) -> String {
    format!("{}\n", done_in_words(done))
}

fn done_in_words(done: &Value) -> &'static str {
    match done["outcome"].as_str().unwrap_or_default() {
        "notified" => "done, and the player was notified",
        "not_notified" => "done; the player's client cannot be notified",
        "absent" => "the player is offline; applies when it joins",
        "absent_name" => {
            "no player of this name is online; applies to players who join with it and without an account; \
             use --subject for one with an account"
        }
        "moved" => "moved",
        "only_removed" => "removed from the room; the player's client cannot be moved",
        _ => "done",
    }
}

pub(super) fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>, none: &str) -> String {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return format!("{none}\n");
    }
    let title_row = titles.iter().map(ToString::to_string).collect();
    let all: Vec<Vec<String>> = [title_row].into_iter().chain(rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..titles.len()).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text += line.trim_end();
        text.push('\n');
    }
    text
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn joined(values: &Value) -> String {
    list(values).iter().map(text).collect::<Vec<_>>().join(", ")
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// Names come from players: none of them may move the cursor, paint the terminal or hide characters from its reader.
fn plain(text: &str) -> String {
    visible(text).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them_and_names_cannot_paint_the_terminal() {
        let text =
            sessions(&json!([{"name": "a\u{1b}[31m", "players": 3}, {"name": "Älice's", "players": 12}]));
        assert_eq!(text, "SESSION      PLAYERS\na\\u{1b}[31m  3\nÄlice's      12\n");
        let text = sessions(&json!([{"name": "a\u{202e}b\u{200b}", "players": 3}]));
        assert!(text.contains("a\\u{202e}b\\u{200b}"), "{text}");
        assert_eq!(sessions(&json!([])), "no sessions\n");
    }

    #[test]
    fn only_what_lasts_says_how_it_is_kept() {
        let done = json!({"outcome": "notified", "stored": "in_memory"});
        assert!(outcome(&done).contains("until the server restarts"), "a mute");
        assert_eq!(fleeting_outcome(&done), "done, and the player was notified\n", "a kick");
    }

    #[test]
    fn times_are_dates_and_a_ban_of_one_session_names_it() {
        let ban = |until: Value| json!([{"id": 1, "target": {"name": "Bob"}, "until": until, "by": "Ann"}]);
        assert!(bans(&ban(json!(2_000_000_000))).contains("2033-05-18 03:33:20 UTC"));
        assert!(bans(&ban(Value::Null)).contains("permanent"));
        let of_session = json!([{"id": 1, "target": {"name": "Bob"}, "session": "main"}]);
        assert!(bans(&of_session).contains("name Bob in main"));
        let page = json!({"entries": [{"at": 2_000_000_000, "by": "Ann", "action": "kick"}]});
        assert!(audit(&page).contains("2033-05-18 03:33:20 UTC  Ann  kick"));
    }
}
