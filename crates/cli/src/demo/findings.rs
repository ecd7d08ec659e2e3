//! The report, from the observations of a demonstration.

use std::error::Error;
use std::time::Instant;

use consonance::audio::WavInput;
use consonance::{EventKind, TextTarget};

use super::demo_session::{Evidence, Performance};
use super::hearing::{Hearing, hearing, is_for, seconds};
use super::report::{Listener, Player, Report, Speech, Text};
use super::script::{LINES, NOTES, RECORDINGS, ROLES};
use super::signal::envelope;
use super::stretches::HeardFile;
use super::verdict::{Pair, judge_file, judge_pair, judge_texts, wanted_correlation};

/// The network conditions and the seed of the demonstration.
pub(crate) struct Conditions {
    pub(crate) loss_percent: f64,
    pub(crate) jitter_ms: f64,
    pub(crate) seed: u64,
}

/// Evaluates all observations and the written files.
///
/// # Errors
/// If a file that was written cannot be read again.
pub(crate) fn findings(
    performance: &Performance,
    recordings: &[Vec<f32>],
    conditions: &Conditions,
) -> Result<Report, Box<dyn Error>> {
    let mut problems = Vec::new();
    let mut listeners = Vec::new();
    for index in 0..ROLES.len() {
        listeners.push(listener(performance, recordings, index, conditions, &mut problems)?);
    }
    let texts = texts(performance);
    judge_texts(&texts, &mut problems);
    for (line, _) in performance.lines.iter().enumerate().filter(|(_, spoken)| spoken.is_none()) {
        problems.push(format!("{} did not come to speak to {}", LINES[line].speaker, LINES[line].to));
    }
    Ok(Report {
        passed: problems.is_empty(),
        problems,
        loss_percent: conditions.loss_percent,
        jitter_ms: conditions.jitter_ms,
        seed: conditions.seed,
        seconds: seconds(performance.began, performance.ended),
        players: players(performance),
        speeches: speeches(performance, recordings),
        texts,
        listeners,
    })
}

fn listener(
    performance: &Performance,
    recordings: &[Vec<f32>],
    index: usize,
    conditions: &Conditions,
    problems: &mut Vec<String>,
) -> Result<Listener, Box<dyn Error>> {
    let evidence = &performance.players[index];
    let hearings: Vec<Option<Hearing>> = (0..ROLES.len())
        .map(|speaker| (speaker != index).then(|| hearing(performance, index, speaker)))
        .collect();
    for hearing in hearings.iter().flatten() {
        let pair = Pair { listener: ROLES[index].name, hearing };
        judge_pair(&pair, conditions.loss_percent, problems);
    }
    let wav = WavInput::open(&evidence.wav)?;
    let sound = wav.samples();
    let file = HeardFile { performance, recordings, listener: index, sound };
    let delay_of = |speaker: usize, at| hearings[speaker].as_ref().and_then(|hearing| hearing.delay_at(at));
    let (joined, left) = presence(performance, evidence);
    let listener = Listener {
        name: ROLES[index].name.to_owned(),
        wav: evidence.wav.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        joined,
        left,
        envelope: envelope(sound),
        stretches: file.stretches(delay_of, wanted_correlation(conditions.loss_percent)),
        heard: hearings.into_iter().flatten().map(|hearing| hearing.heard).filter(was_concerned).collect(),
    };
    judge_file(&listener, file.noise_in_silence(), problems);
    Ok(listener)
}

fn was_concerned(heard: &super::report::Heard) -> bool {
    heard.sent > 0 || heard.received > 0 || !heard.spans.is_empty()
}

fn players(performance: &Performance) -> Vec<Player> {
    let players = ROLES.iter().zip(&performance.players).map(|(role, evidence)| {
        let (joined, left) = presence(performance, evidence);
        let rooms = role.rooms.iter().map(|room| (*room).to_owned()).collect();
        Player { name: role.name.to_owned(), joined, left, rooms }
    });
    players.collect()
}

fn presence(performance: &Performance, evidence: &Evidence) -> (f64, f64) {
    let at = |moment: Instant| seconds(performance.began, moment);
    (at(evidence.joined.unwrap_or(evidence.left)), at(evidence.left))
}

fn speeches(performance: &Performance, recordings: &[Vec<f32>]) -> Vec<Speech> {
    let spoken = LINES.iter().enumerate().zip(&performance.lines);
    let speeches = spoken.filter_map(|((index, line), spoken)| {
        let spoken = spoken.as_ref()?;
        let at = |moment: Instant| seconds(performance.began, moment);
        let there = |role: usize| {
            let (joined, left) = presence(performance, &performance.players[role]);
            joined < at(spoken.stop) && left > at(spoken.start)
        };
        let listeners = (0..ROLES.len()).filter(|&role| is_for(index, role) && there(role));
        let recording = &RECORDINGS[line.recording];
        Some(Speech {
            speaker: line.speaker.to_owned(),
            to: line.to.to_string(),
            recording: recording.file.to_owned(),
            words: recording.words.to_owned(),
            start: at(spoken.start),
            stop: at(spoken.stop),
            listeners: listeners.map(|role| ROLES[role].name.to_owned()).collect(),
            envelope: envelope(&recordings[line.recording]),
        })
    });
    speeches.collect()
}

fn texts(performance: &Performance) -> Vec<Text> {
    let received = |evidence: &Evidence, note: &super::script::Note| {
        evidence.events.iter().any(|event| {
            let EventKind::Text { from, to, text } = &event.kind else { return false };
            let place = match to {
                TextTarget::Room(room) => room.to_string(),
                TextTarget::Player(player) => format!("@{player}"),
            };
            from == note.from && text == note.text && place == note.to.to_string()
        })
    };
    let texts = NOTES.iter().map(|note| {
        let readers = ROLES.iter().zip(&performance.players);
        let readers = readers.filter(|(_, evidence)| received(evidence, note));
        Text {
            at: note.at,
            from: note.from.to_owned(),
            to: note.to.to_string(),
            text: note.text.to_owned(),
            received_by: readers.map(|(role, _)| role.name.to_owned()).collect(),
        }
    });
    texts.collect()
}
