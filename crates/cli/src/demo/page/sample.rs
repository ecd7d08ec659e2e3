//! A report as a demonstration would leave it, for the tests of the page: four players, two of them in each team;
//! Dan joins late, Bo leaves early, Dan whispers to Ada, some speak at once, and 5 % of the packets are lost.

use crate::demo::report::{ENVELOPE_STEP, Heard, Listener, Player, Report, Speech, Stretch, Text};

pub(super) fn report() -> Report {
    let players = vec![
        player("Ada", [0.0, SECONDS], "red"),
        player("Bo", [0.1, 20.2], "red"),
        player("Cleo", [0.2, SECONDS], "blue"),
        player("Dan", [4.2, SECONDS], "blue"),
    ];
    let speeches = vec![
        speech("Ada", "lobby", 1, 0.6, &["Bo", "Cleo", "Dan"]),
        speech("Bo", "red", 2, 8.3, &["Ada"]),
        speech("Cleo", "blue", 3, 9.0, &["Dan"]),
        speech("Dan", "@Ada", 2, 11.4, &["Ada"]),
        speech("Bo", "lobby", 2, 14.4, &["Ada", "Cleo", "Dan"]),
        speech("Ada", "lobby", 1, 20.6, &["Cleo", "Dan"]),
        speech("Cleo", "lobby", 3, 21.3, &["Ada", "Dan"]),
    ];
    let mut dice = Dice(7);
    let listeners = players.iter().map(|player| listener(player, &speeches, &mut dice)).collect();
    Report {
        passed: true,
        problems: Vec::new(),
        loss_percent: 5.0,
        jitter_ms: 20.0,
        seed: 7,
        seconds: SECONDS,
        players,
        speeches,
        texts: vec![Text {
            at: 17.6,
            from: "Cleo".to_owned(),
            to: "lobby".to_owned(),
            text: "Meet at the north gate".to_owned(),
            received_by: vec!["Ada".to_owned(), "Bo".to_owned(), "Dan".to_owned()],
        }],
        listeners,
    }
}

/// No listener joined.
pub(super) fn empty() -> Report {
    Report {
        passed: true,
        problems: Vec::new(),
        loss_percent: 0.0,
        jitter_ms: 0.0,
        seed: 0,
        seconds: 0.0,
        players: Vec::new(),
        speeches: Vec::new(),
        texts: Vec::new(),
        listeners: Vec::new(),
    }
}

/// Cleo heard what was for the red team, Ada did not hear Dan's whisper, and what Dan heard was badly broken.
pub(super) fn failed() -> Report {
    let mut report = report();
    report.passed = false;
    report.problems = vec![
        "Cleo heard Bo speak to red from 8.3 s, which was for Ada only".to_owned(),
        "Ada did not hear Dan's whisper from 11.4 s".to_owned(),
        "Dan: what was heard from 9.0 s to 15.2 s is unlike what was spoken (0.41, wanted 0.75)".to_owned(),
    ];
    let secret = [report.speeches[1].start, report.speeches[1].stop];
    report.listeners[2].heard[1].spans.insert(0, secret);
    let whisper = report.listeners[0].heard.iter_mut().find(|heard| heard.speaker == "Dan").unwrap();
    whisper.spans.clear();
    whisper.delays.clear();
    (whisper.received, whisper.lost) = (0, whisper.sent);
    (whisper.delay_median_ms, whisper.delay_p95_ms) = (None, None);
    report.listeners[3].stretches[1].correlation = 0.41;
    report
}

fn player(name: &str, [joined, left]: [f64; 2], team: &str) -> Player {
    Player { name: name.to_owned(), joined, left, rooms: vec!["lobby".to_owned(), team.to_owned()] }
}

fn speech(speaker: &str, to: &str, recording: usize, start: f64, listeners: &[&str]) -> Speech {
    let (wav, words) = RECORDINGS[recording - 1];
    let envelope = envelope(wav);
    Speech {
        speaker: speaker.to_owned(),
        to: to.to_owned(),
        recording: format!("austen-{recording}.wav"),
        words: words.to_owned(),
        start,
        stop: start + envelope.len() as f64 * ENVELOPE_STEP,
        listeners: listeners.iter().map(|name| (*name).to_owned()).collect(),
        envelope,
    }
}

/// The envelope of a mono WAV file of 16 bits at 16 kHz with the usual header.
fn envelope(wav: &[u8]) -> Vec<f32> {
    let samples: Vec<i16> =
        wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let loudest = |step: &[i16]| step.iter().map(|sample| f32::from(*sample).abs()).fold(0.0, f32::max);
    samples.chunks(320).map(|step| loudest(step) / 32768.0).collect()
}

fn listener(player: &Player, speeches: &[Speech], dice: &mut Dice) -> Listener {
    let steps = ((player.left - player.joined) / ENVELOPE_STEP) as usize;
    let mut listener = Listener {
        name: player.name.clone(),
        wav: format!("{}.wav", player.name),
        joined: player.joined,
        left: player.left,
        envelope: vec![0.0; steps],
        heard: Vec::new(),
        stretches: Vec::new(),
    };
    for speech in speeches.iter().filter(|speech| speech.listeners.contains(&player.name)) {
        let spoken = [speech.start.max(player.joined), speech.stop.min(player.left)];
        let shift = spoken[0] + 0.06 - player.joined;
        let skipped = ((spoken[0] - speech.start) / ENVELOPE_STEP) as usize;
        let place = (shift / ENVELOPE_STEP) as usize;
        for (mixed, sample) in listener.envelope[place..].iter_mut().zip(&speech.envelope[skipped..]) {
            *mixed = mixed.max(sample * 0.95);
        }
        hear(&mut listener.heard, &speech.speaker, spoken, dice);
        stretch(&mut listener.stretches, &speech.speaker, spoken, dice);
    }
    listener
}

fn hear(heard: &mut Vec<Heard>, speaker: &str, [start, stop]: [f64; 2], dice: &mut Dice) {
    let index = heard.iter().position(|heard| heard.speaker == speaker).unwrap_or_else(|| {
        heard.push(Heard {
            speaker: speaker.to_owned(),
            sent: 0,
            received: 0,
            lost: 0,
            recovered: 0,
            concealed: 0,
            delay_median_ms: None,
            delay_p95_ms: None,
            spans: Vec::new(),
            delays: Vec::new(),
        });
        heard.len() - 1
    });
    let heard = &mut heard[index];
    let base = 44.0 + 6.0 * dice.roll();
    heard.spans.push([start + 0.06, stop + 0.08]);
    for frame in 0..((stop - start) / 0.02) as u32 {
        let since = f64::from(frame) * 0.02;
        let delay = base + 16.0 * (1.0 - (-since / 0.8).exp()) + 3.0 * dice.roll();
        heard.sent += 1;
        if dice.roll() >= 0.05 {
            heard.received += 1;
        } else {
            heard.lost += 1;
            if dice.roll() < 0.72 { heard.recovered += 1 } else { heard.concealed += 1 }
        }
        heard.delays.push([start + since + delay / 1000.0, delay]);
    }
    let mut delays: Vec<f64> = heard.delays.iter().map(|delay| delay[1]).collect();
    delays.sort_by(f64::total_cmp);
    heard.delay_median_ms = Some(delays[delays.len() / 2]);
    heard.delay_p95_ms = Some(delays[delays.len() * 95 / 100]);
}

/// Speech that overlaps what was there before makes that stretch longer.
fn stretch(stretches: &mut Vec<Stretch>, speaker: &str, [start, stop]: [f64; 2], dice: &mut Dice) {
    match stretches.last_mut() {
        Some(last) if last.stop > start => {
            last.stop = last.stop.max(stop);
            last.speakers.push(speaker.to_owned());
        }
        _ => stretches.push(Stretch {
            start,
            stop,
            speakers: vec![speaker.to_owned()],
            correlation: 0.9 + 0.08 * dice.roll(),
            wanted: 0.75,
        }),
    }
}

/// Numbers from 0 to 1 that are the same in every run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1_u32 << 24)
    }
}

const SECONDS: f64 = 28.4;

const RECORDINGS: [(&[u8], &str); 3] = [
    (
        include_bytes!("../../../../../assets/speech/austen-1.wav"),
        "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for them",
    ),
    (
        include_bytes!("../../../../../assets/speech/austen-2.wav"),
        "unless to be rather cold hearted and rather selfish is to be ill disposed",
    ),
    (
        include_bytes!("../../../../../assets/speech/austen-3.wav"),
        "had he married a more amiable woman he might have been made still more respectable than he was",
    ),
];
