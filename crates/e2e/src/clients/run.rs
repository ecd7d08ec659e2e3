//! A run: one client after the other says its words, until all others have understood them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use consonance_testing::stage::{Failure, Kind, end_with_signals};
use serde::Serialize;

use super::arguments::Arguments;
use super::client::{Client, pass};
use super::servers::Servers;
use crate::scenario::cast::{CAST, CastMember, LOBBY, RED, Role, Way};
use crate::scenario::judge::{Expected, Hearing, Verdict, judge};
use crate::scenario::page::PagePlayer;
use crate::scenario::player::not_so;
use crate::scenario::words::{SPEECHES, Words};

/// The result of one speaker at one listener.
#[derive(Debug, Serialize)]
struct Row {
    speaker: String,
    listener: String,
    /// The number of times that it had been said by then.
    take: u32,
    #[serde(flatten)]
    hearing: Hearing,
}

/// Makes all clients talk; returns whether each heard the words that were for it, and nothing else.
///
/// # Errors
/// If a client does not join, nothing can be written, or Ctrl-C was pressed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    end_with_signals().map_err(not_so)?;
    let folder = &arguments.output;
    fs::create_dir_all(folder).map_err(Failure::io(format!("{}", folder.display())))?;
    let mut servers = Servers::open(arguments)?;
    let mut clients = enter(arguments, &servers)?;
    let kinds: Vec<_> = clients.iter().map(|client| client.kind.as_str()).collect();
    println!("{} clients are in one session: {}", clients.len(), kinds.join(", "));
    let speakers: Vec<usize> = (0..clients.len()).filter(|client| clients[*client].words.is_some()).collect();
    let all: Vec<usize> = (0..clients.len()).collect();
    let mut rows = Vec::new();
    let (before, after) = speakers.split_at(if arguments.kill_node { speakers.len() / 2 } else { 0 });
    for speaker in before {
        rows.extend(speaks(&mut clients, *speaker, &all, arguments)?);
    }
    if arguments.kill_node {
        rows.extend(without_last(arguments, &mut servers, &mut clients)?);
    }
    for speaker in after {
        rows.extend(speaks(&mut clients, *speaker, &all, arguments)?);
    }
    clients.into_iter().try_for_each(Client::leave)?;
    let file = folder.join("clients.json");
    let text = serde_json::to_string_pretty(&rows).map_err(not_so)?;
    fs::write(&file, text).map_err(Failure::io(format!("{}", file.display())))?;
    let wrong = rows.iter().filter(|row| !row.hearing.verdict.is_right()).count();
    println!("{} pairs of speakers and listeners, {wrong} wrong: {}", rows.len(), file.display());
    Ok(wrong == 0)
}

/// Kills the last server: the clients of the others go on talking, and its own come back when it runs again.
fn without_last(
    arguments: &Arguments,
    servers: &mut Servers,
    clients: &mut [Client],
) -> Result<Vec<Row>, Failure> {
    servers.kill_last()?;
    println!("one server was killed");
    let (lost, left): (Vec<usize>, Vec<usize>) =
        (0..clients.len()).partition(|client| servers.is_at_last(*client));
    let mut rows = Vec::new();
    let speakers = left.iter().copied().filter(|client| clients[*client].words.is_some());
    for speaker in speakers.take(SPEAKERS_MEANWHILE).collect::<Vec<_>>() {
        rows.extend(speaks(clients, speaker, &left, arguments)?);
    }
    servers.reopen_last(lost.len())?;
    println!("{} clients are back at the server that was killed", lost.len());
    Ok(rows)
}

/// Lets all clients join, one after the other.
fn enter(arguments: &Arguments, servers: &Servers) -> Result<Vec<Client>, Failure> {
    let mut speeches = (0..SPEECHES).map(Words::Speech);
    let mut words = || speeches.next().ok_or_else(|| not_so("more clients than speeches"));
    let mut clients = vec![Client::ours("native, in another room", &ELSEWHERE, servers.of(0))?];
    for role in players_of_ours() {
        let role = Role { words: Some(words()?), rooms: &[LOBBY], ..*role };
        clients.push(Client::ours(role.way.in_words(), &role, servers.of(clients.len()))?);
    }
    for (name, browser, program) in browsers(arguments) {
        let player = PagePlayer { name, words: words()?, browser, program };
        clients.push(Client::page(&player, servers.of(clients.len()), &arguments.output)?);
    }
    for command in &arguments.outside {
        clients.push(Client::outside(command, words()?, servers.of(clients.len()), &arguments.output)?);
    }
    Ok(clients)
}

/// One player on QUIC, and one on each game network.
fn players_of_ours() -> impl Iterator<Item = &'static Role> {
    let of_games = CAST.iter().filter(|role| matches!(role.way, Way::Listed(_)));
    std::iter::once(CastMember::Alice.role()).chain(of_games)
}

fn browsers(arguments: &Arguments) -> impl Iterator<Item = (&'static str, Kind, &Path)> {
    let all =
        [("Chromium", Kind::Chromium, &arguments.browser), ("Firefox", Kind::Firefox, &arguments.firefox)];
    all.into_iter().filter_map(|(name, kind, program)| {
        if program.is_none() {
            println!("no {name}: the player with it is left out");
        }
        Some((name, kind, program.as_deref()?))
    })
}

/// Repeats a speaker's words until each of these has understood them once, a few times at most: a busy machine loses
/// words.
fn speaks(
    clients: &mut [Client],
    speaker: usize,
    listeners: &[usize],
    arguments: &Arguments,
) -> Result<Vec<Row>, Failure> {
    let words = clients[speaker].words.map(Words::sound).unwrap_or_default();
    let mut best = BTreeMap::new();
    for take in 1..=TAKES_MAX {
        for (listener, sound) in take_of(clients, speaker, listeners)? {
            let is_for = clients[listener].words.is_some();
            let before = best.get(&listener).map(|(row, _): &(Row, _)| row.hearing.verdict);
            // Hearing something it must not hear is final.
            if is_for && before.is_some_and(Verdict::is_right) || before.is_some_and(Verdict::is_final) {
                continue;
            }
            let expected = Expected { is_for, music: None, is_lossy: arguments.loss.is_some() };
            let hearing = judge(&words, &sound, expected);
            let kind = |client: usize| clients[client].kind.clone();
            let row = Row { speaker: kind(speaker), listener: kind(listener), take, hearing };
            best.insert(listener, (row, sound));
        }
        let is_settled = |verdict: Verdict| verdict.is_right() || verdict.is_final();
        if best.values().all(|(row, _)| is_settled(row.hearing.verdict)) {
            break;
        }
    }
    let tell_and_keep = |(row, sound): (Row, Vec<f32>)| {
        tell(&row);
        keep(&arguments.output, &row, &sound).map(|()| row)
    };
    best.into_values().map(tell_and_keep).collect()
}

/// Says the words once; returns the recordings of all others.
fn take_of(
    clients: &mut [Client],
    speaker: usize,
    listeners: &[usize],
) -> Result<Vec<(usize, Vec<f32>)>, Failure> {
    pass(PAUSE_S);
    clients.iter_mut().try_for_each(Client::forget)?;
    clients[speaker].say()?;
    pass(TAIL_S);
    let others = listeners.iter().copied().filter(|listener| *listener != speaker);
    others.map(|listener| Ok((listener, clients[listener].heard(TAIL_S)?))).collect()
}

fn tell(Row { speaker, listener, take, hearing }: &Row) {
    let mark = if hearing.verdict.is_right() { "✓" } else { "✗" };
    let missing = hearing.missing.map(|missing| format!(", {:.0} % missing", 100.0 * missing));
    let what = missing.map_or_else(
        || format!("nothing above {:.4}", hearing.loudest),
        |missing| format!("likeness {:.2}{missing}", hearing.likeness),
    );
    println!("{mark} {listener} hears {speaker}: {what} (take {take})");
}

/// Keeps the sound that was heard instead of the right one.
fn keep(folder: &Path, row: &Row, sound: &[f32]) -> Result<(), Failure> {
    if row.hearing.verdict.is_right() {
        return Ok(());
    }
    let path = folder.join(format!("{} by {}.wav", row.speaker, row.listener));
    consonance_testing::sound::write(&path, sound).map_err(Failure::io(format!("{}", path.display())))
}

/// A player that must hear nothing that is said in the lobby.
const ELSEWHERE: Role = Role { member: CastMember::Trevor, way: Way::Native, rooms: &[RED], words: None };
/// The number of clients that talk while a server is down.
const SPEAKERS_MEANWHILE: usize = 2;
/// The maximum number of attempts: words that a busy machine loses once arrive the second or the third time.
const TAKES_MAX: u32 = 3;
/// The time within which the last words have been heard: on the way, in the jitter buffer, and in a program's own
/// buffers.
const TAIL_S: f64 = 1.2;
/// The time within which earlier words are over.
const PAUSE_S: f64 = 0.6;
