//! One after the other says its words, until all others have understood it.

use std::fs;
use std::path::Path;

use consonance_testing::stage::{Failure, end_with_signals};
use serde::Serialize;

use super::arguments::Arguments;
use super::client::{Client, pass};
use crate::scenario::cast::{CastMember, RED, Role, Way};
use crate::scenario::house::House;
use crate::scenario::judge::{Expected, Hearing, judge};
use crate::scenario::player::not_so;
use crate::scenario::words::Words;

/// What one of them said, and what another one heard.
#[derive(Debug, Serialize)]
struct Row {
    speaker: String,
    listener: String,
    #[serde(flatten)]
    hearing: Hearing,
}

/// Has all of them talk; whether each heard what was for it, and nothing else.
///
/// # Errors
/// If a client does not join, nothing can be written, or Ctrl-C was pressed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    end_with_signals().map_err(not_so)?;
    let folder = &arguments.output;
    fs::create_dir_all(folder).map_err(Failure::io(format!("{}", folder.display())))?;
    let house = House::open(&arguments.consonance, folder)?;
    let mut clients = enter(arguments, &house)?;
    let kinds: Vec<_> = clients.iter().map(|client| client.kind.as_str()).collect();
    println!("{} clients are in one session: {}", clients.len(), kinds.join(", "));
    let mut rows = Vec::new();
    for speaker in 0..clients.len() {
        if clients[speaker].words.is_some() {
            rows.extend(speaks(&mut clients, speaker, folder)?);
        }
    }
    clients.into_iter().try_for_each(Client::leave)?;
    let file = folder.join("clients.json");
    let text = serde_json::to_string_pretty(&rows).map_err(not_so)?;
    fs::write(&file, text).map_err(Failure::io(format!("{}", file.display())))?;
    let wrong = rows.iter().filter(|row| !row.hearing.verdict.is_right()).count();
    println!("{} pairs of speakers and listeners, {wrong} wrong: {}", rows.len(), file.display());
    Ok(wrong == 0)
}

/// All of them join, one after the other.
fn enter(arguments: &Arguments, house: &House) -> Result<Vec<Client>, Failure> {
    let mut clients = vec![
        Client::ours("game client (Mirror)", CastMember::Kim.role(), house)?,
        Client::ours("native", CastMember::Alice.role(), house)?,
        Client::ours("native, in another room", &ELSEWHERE, house)?,
    ];
    match &arguments.browser {
        Some(browser) => {
            clients.push(Client::page(CastMember::Brigitte.role(), browser, house, &arguments.output)?);
        }
        None => println!("no browser: the player with a page is left out"),
    }
    for (number, command) in arguments.outside.iter().enumerate() {
        let words = Words::Speech(FIRST_OUTSIDE_SPEECH + number);
        clients.push(Client::outside(command, words, house, &arguments.output)?);
    }
    Ok(clients)
}

/// Until all others have understood it, a few times at most: a busy machine loses words.
fn speaks(clients: &mut [Client], speaker: usize, folder: &Path) -> Result<Vec<Row>, Failure> {
    for take in 1.. {
        let sounds = take_of(clients, speaker)?;
        let words = clients[speaker].words.map(Words::sound).unwrap_or_default();
        let rows: Vec<_> = sounds
            .iter()
            .map(|(listener, heard)| {
                let expected =
                    Expected { is_for: clients[*listener].words.is_some(), music: None, is_lossy: false };
                Row {
                    speaker: clients[speaker].kind.clone(),
                    listener: clients[*listener].kind.clone(),
                    hearing: judge(&words, heard, expected),
                }
            })
            .collect();
        let may_become_right = |row: &Row| !row.hearing.verdict.is_right() && !row.hearing.verdict.is_final();
        if take == TAKES_MAX || !rows.iter().any(may_become_right) {
            tell(&rows, take);
            keep(folder, &rows, &sounds)?;
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// Once: what each of the others has heard meanwhile.
fn take_of(clients: &mut [Client], speaker: usize) -> Result<Vec<(usize, Vec<f32>)>, Failure> {
    pass(PAUSE_S);
    clients.iter_mut().try_for_each(Client::forget)?;
    clients[speaker].say()?;
    pass(TAIL_S);
    let others = (0..clients.len()).filter(|listener| *listener != speaker);
    others.map(|listener| Ok((listener, clients[listener].heard(TAIL_S)?))).collect()
}

fn tell(rows: &[Row], takes: usize) {
    for Row { speaker, listener, hearing } in rows {
        let mark = if hearing.verdict.is_right() { "✓" } else { "✗" };
        let missing = hearing.missing.map(|missing| format!(", {:.0} % missing", 100.0 * missing));
        let what = missing.map_or_else(
            || format!("nothing above {:.4}", hearing.loudest),
            |missing| format!("likeness {:.2}{missing}", hearing.likeness),
        );
        println!("{mark} {listener} hears {speaker}: {what} (take {takes})");
    }
}

/// Keeps what was heard instead of what should have been heard.
fn keep(folder: &Path, rows: &[Row], sounds: &[(usize, Vec<f32>)]) -> Result<(), Failure> {
    for (row, (_, sound)) in rows.iter().zip(sounds).filter(|(row, _)| !row.hearing.verdict.is_right()) {
        let path = folder.join(format!("{} by {}.wav", row.speaker, row.listener));
        consonance_testing::sound::write(&path, sound).map_err(Failure::io(format!("{}", path.display())))?;
    }
    Ok(())
}

/// It hears nothing of what is said in the lobby.
const ELSEWHERE: Role = Role { member: CastMember::Trevor, way: Way::Native, rooms: &[RED], words: None };
/// The speeches before it are those of the scenario's players.
const FIRST_OUTSIDE_SPEECH: usize = 12;
/// What a machine with much else to do loses once is there the second or the third time.
const TAKES_MAX: usize = 3;
/// Within that the last words have been heard: on the way, in the jitter buffer, and in what a program collects.
const TAIL_S: f64 = 1.2;
/// Within that what was said before is over.
const PAUSE_S: f64 = 0.6;
