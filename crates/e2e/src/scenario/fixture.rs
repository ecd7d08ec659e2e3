//! All players and the server, and lines that are repeated until all have understood them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use consonance::Channel;
use consonance::audio::SpeakerStatistics;
use consonance_testing::sound::peak;
use consonance_testing::stage::{Child, Failure, Kind, SOON, until};

use crate::scenario::arguments::Arguments;
use crate::scenario::cast::{CAST, CastMember, DANCE_FLOOR, Role, Way};
use crate::scenario::events::Flood;
use crate::scenario::house::{House, SECRET_FILE};
use crate::scenario::judge::{Expected, Hearing, SILENCE, judge};
use crate::scenario::mumble::MumbleMember;
use crate::scenario::page::{Page, PagePlayer};
use crate::scenario::player::Player;
use crate::scenario::programme::{Line, To};
use crate::scenario::report::{Heard, Said};
use crate::scenario::words::Words;

/// Dropping it ends all players.
pub(crate) struct Fixture {
    pub(crate) house: House,
    pub(crate) folder: PathBuf,
    pub(crate) players: Vec<Player>,
    pub(crate) page: Option<Page>,
    /// The player with a client of Mumble.
    pub(crate) mumble: Option<MumbleMember>,
    /// The player that records, while it is there.
    pub(crate) recorder: Option<Child>,
    /// The channel of the music, while there is any.
    pub(crate) music: Option<Channel>,
    pub(crate) flood: Option<Flood>,
    pub(crate) began: Instant,
    /// The server of the game on plain sockets.
    _game: Child,
}

impl Fixture {
    /// Starts the server, and lets all players join.
    ///
    /// # Errors
    /// If one of the programs cannot be started.
    pub(crate) fn open(arguments: &Arguments) -> Result<Self, Failure> {
        let began = Instant::now();
        let folder = arguments.output.clone();
        let house = House::open(&arguments.consonance, &folder)?;
        let mut game = game(&arguments.plain_sockets, &house, &folder)?;
        let line = game.wait_for_line("listening on ")?;
        let game_at = line.rsplit(' ').next().and_then(|address| address.parse().ok());
        let game_at = game_at.ok_or_else(|| Failure::NotSo(format!("the game's server says {line:?}")))?;
        let mut fixture = Self {
            house,
            folder,
            players: Vec::new(),
            page: None,
            mumble: None,
            recorder: None,
            music: None,
            flood: None,
            began,
            _game: game,
        };
        for role in CAST.iter() {
            match (role.way, &arguments.browser) {
                (Way::Recorder, _) => {
                    fixture.recorder = Some(recorder(arguments, &fixture.house, role.member)?);
                }
                (Way::Browser, None) => {}
                (Way::Mumble, _) => {
                    let server = fixture.house.at(role.way.listener());
                    fixture.mumble = Some(MumbleMember::enter(role, server));
                }
                (Way::Browser, Some(browser)) => {
                    fixture.page = Some(fixture.open_page(role, browser)?);
                }
                _ => fixture.players.push(Player::enter(role, &fixture.house, game_at)?),
            }
        }
        Ok(fixture)
    }

    fn open_page(&self, role: &Role, browser: &Path) -> Result<Page, Failure> {
        let words = role.words.ok_or_else(|| Failure::NotSo(format!("{:?} has no words", role.member)))?;
        let name = role.member.name();
        let player = PagePlayer { name: &name, words, browser: Kind::Chromium, program: browser };
        Page::enter(&player, &self.house, &self.folder)
    }

    /// The time since the server was started, in seconds.
    pub(crate) fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    pub(crate) fn is_here(&self, member: CastMember) -> bool {
        self.players.iter().any(|player| player.member == member)
            || self.page.is_some() && member == CastMember::WITH_BROWSER
            || self.mumble.as_ref().is_some_and(|mumble| mumble.member == member)
            || member.role().way == Way::Recorder && self.recorder.is_some()
    }

    /// A player that is not a page.
    ///
    /// # Errors
    /// If the player is not present.
    pub(crate) fn player(&mut self, member: CastMember) -> Result<&mut Player, Failure> {
        let found = self.players.iter_mut().find(|player| player.member == member);
        found.ok_or_else(|| Failure::NotSo(format!("{member:?} is not there")))
    }

    /// Waits until all players have recorded this many more seconds, silence included.
    ///
    /// # Errors
    /// If a player hears nothing at all any more.
    pub(crate) fn pass(&self, seconds: f64) -> Result<(), Failure> {
        let samples = (seconds * 48_000.0) as usize;
        let ears: Vec<_> =
            self.players.iter().map(|player| (player, player.ear.samples() + samples)).collect();
        let within = SOON + Duration::from_secs_f64(seconds);
        for (player, samples) in ears {
            let what = format!("{:?} has heard {seconds} s more", player.member);
            until(&what, within, || Ok((player.ear.samples() >= samples).then_some(())))?;
        }
        Ok(())
    }

    /// The lost and the repaired frames of players with intended loss, in sentences.
    pub(crate) fn what_was_lost(&self) -> Vec<String> {
        let lossy = self.players.iter().filter(|player| player.member.role().way == Way::Lossy);
        let sentence = |player: &Player| {
            let statistics = player.voice.statistics();
            let sum = |of: fn(&SpeakerStatistics) -> u64| {
                statistics.speakers.iter().map(|row| of(&row.reception)).sum::<u64>()
            };
            let (lost, played) = (sum(|row| row.arrivals.lost), sum(|row| row.played));
            let (recovered, concealed) = (sum(|row| row.recovered), sum(|row| row.concealed));
            format!(
                "Of {} frames for {}, {lost} did not come in time: {recovered} were recovered from packets after them, \
                 {concealed} were concealed.",
                lost + played,
                player.member.name()
            )
        };
        lossy.map(sentence).collect()
    }

    /// Repeats a line until all its listeners have understood it, a few times at most.
    ///
    /// # Errors
    /// If a player is absent or hears nothing at all any more.
    pub(crate) fn say(&mut self, line: &Line) -> Result<Said, Failure> {
        let mut heard: Vec<Heard> = Vec::new();
        let (mut from, mut until, mut takes) = (0.0, 0.0, 0);
        let mut sounds = Vec::new();
        while takes < TAKES_MAX && (takes == 0 || heard.iter().any(may_become_right)) {
            takes += 1;
            from = self.now();
            sounds = self.take(line)?;
            until = self.now();
            let mut earlier = heard.into_iter();
            heard = self.judged(line, &sounds).into_iter().map(|now| now.after(earlier.next())).collect();
        }
        self.keep(line, from, &mut heard, &sounds)?;
        let to = match line.to {
            To::Room(room) => room.to_owned(),
            To::Player(member) => member.name(),
        };
        Ok(Said { member: line.member.name(), to, why: line.why, from, until, takes, heard })
    }

    /// Says the line once; returns the recordings of all others.
    fn take(&mut self, line: &Line) -> Result<Vec<(CastMember, Vec<f32>)>, Failure> {
        let words = line.member.role().words.map(Words::sound).unwrap_or_default();
        let seconds = words.len() as f64 / 48_000.0;
        self.fall_silent()?;
        match &self.page {
            // The microphone loops: twice the length contains all words in one piece, wherever it starts.
            Some(page) if line.member == CastMember::WITH_BROWSER => {
                page.talks(|| self.pass(2.0 * seconds + 0.6))?;
            }
            _ => match &self.mumble {
                Some(mumble) if mumble.member == line.member => mumble.say(line.to, &words)?,
                _ => self.speak(line, &words)?,
            },
        }
        self.pass(TAIL_S)?;
        let others = self.players.iter().filter(|player| player.member != line.member);
        let mut heard: Vec<_> = others.map(|player| (player.member, player.ear.heard())).collect();
        if let Some(page) = self.page.as_ref().filter(|_| line.member != CastMember::WITH_BROWSER) {
            heard.push((CastMember::WITH_BROWSER, page.heard(seconds + TAIL_S)?));
        }
        let mumble = self.mumble.iter().filter(|mumble| mumble.member != line.member);
        heard.extend(mumble.map(|mumble| (mumble.member, mumble.heard())));
        Ok(heard)
    }

    /// Waits until earlier words are over, and makes all players listen again; an overloaded page has seconds of old
    /// sound in its recorder.
    fn fall_silent(&self) -> Result<(), Failure> {
        for _ in 0..TAILS_MAX {
            self.players.iter().for_each(|player| player.ear.forget());
            self.mumble.iter().for_each(MumbleMember::forget);
            self.page.iter().try_for_each(Page::forget)?;
            self.pass(PAUSE_S)?;
            let is_silent = |heard: &[f32]| peak(heard) < SILENCE;
            let mut quiet = self.players.iter().filter(|player| !self.has_music(player.member));
            let page = self.page.as_ref().map(|page| page.heard(PAUSE_S)).transpose()?;
            let mut others = page.into_iter().chain(self.mumble.iter().map(MumbleMember::heard));
            if quiet.all(|player| is_silent(&player.ear.heard())) && others.all(|heard| is_silent(&heard)) {
                break;
            }
        }
        self.players.iter().for_each(|player| player.ear.forget());
        self.mumble.iter().for_each(MumbleMember::forget);
        self.page.iter().try_for_each(Page::forget)
    }

    /// Whether a player hears music now.
    fn has_music(&self, member: CastMember) -> bool {
        self.music.is_some() && member.listens_to(DANCE_FLOOR)
    }

    fn speak(&self, line: &Line, words: &[f32]) -> Result<(), Failure> {
        let found = self.players.iter().find(|player| player.member == line.member);
        let player = found.ok_or_else(|| Failure::NotSo(format!("{:?} is not there", line.member)))?;
        let channel = player.open(line.to);
        player.mouth.say(words);
        let what = format!("{:?} has said it", line.member);
        let said = until(&what, SOON, || Ok(player.mouth.is_silent().then_some(())));
        // The last frame is still in the capture chain.
        self.pass(0.1)?;
        channel.close();
        said
    }

    /// Judges each player's recording against the programme.
    fn judged(&self, line: &Line, sounds: &[(CastMember, Vec<f32>)]) -> Vec<Heard> {
        let words = line.member.role().words.map(Words::sound).unwrap_or_default();
        let (music, has_music) = (Words::Music.sound(), self.music.is_some());
        let judge = |(listener, heard): &(CastMember, Vec<f32>)| {
            let expected = Expected {
                is_for: line.is_for(*listener),
                music: (has_music && listener.listens_to(DANCE_FLOOR)).then_some(&*music),
                is_lossy: [*listener, line.member].iter().any(|member| member.role().way == Way::Lossy),
            };
            Heard::new(*listener, expected.is_for, judge(&words, heard, expected))
        };
        let lanes = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let lanes: Vec<_> = sounds
                .chunks(sounds.len().div_ceil(lanes).max(1))
                .map(|share| scope.spawn(move || share.iter().map(judge).collect::<Vec<_>>()))
                .collect();
            lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_default()).collect()
        })
    }

    /// Keeps the wrong recording of a player.
    fn keep(
        &self,
        line: &Line,
        from: f64,
        heard: &mut [Heard],
        sounds: &[(CastMember, Vec<f32>)],
    ) -> Result<(), Failure> {
        let wrong = heard.iter_mut().zip(sounds).filter(|(heard, _)| !heard.hearing.verdict.is_right());
        for (heard, (listener, sound)) in wrong {
            let file = format!("{from:.0}-{:?}-by-{listener:?}.wav", line.member);
            let path = self.folder.join(&file);
            consonance_testing::sound::write(&path, sound)
                .map_err(Failure::io(format!("{}", path.display())))?;
            heard.file = Some(file);
        }
        Ok(())
    }
}

fn may_become_right(heard: &Heard) -> bool {
    let Hearing { verdict, .. } = heard.hearing;
    !verdict.is_right() && !verdict.is_final()
}

/// The server of a game on plain sockets, which hands its players' packets to ours.
fn game(program: &Path, house: &House, folder: &Path) -> Result<Child, Failure> {
    let mut command = Command::new(program);
    let link = house.at(Way::PlainSockets.listener()).to_string();
    command.args(["server", "--listen", "127.0.0.1:0", "--sidecar", &link, "--secret-file"]);
    command.arg(folder.join(SECRET_FILE));
    Child::start(&mut command, "the game's server", &folder.join("game.log"))
}

/// A player that records what is said in the lobby.
fn recorder(arguments: &Arguments, house: &House, member: CastMember) -> Result<Child, Failure> {
    let mut command = Command::new(&arguments.consonance);
    command.args(["join", house.address(), "--name", &member.name(), "--json", "--microphone", "none"]);
    for room in member.role().rooms {
        command.args(["--listen", room]);
    }
    command.arg("--record").arg(arguments.output.join(RECORDS));
    command.arg("--output").arg(arguments.output.join("recorder.wav"));
    let mut child = Child::start(&mut command, "the recorder", &arguments.output.join("recorder.log"))?;
    child.wait_for_line("players_synced")?;
    Ok(child)
}

/// The folder of the player that records.
pub(crate) const RECORDS: &str = "recorded-by-a-player";
/// The maximum number of attempts at a line: words that a busy machine loses once arrive the second or the third time.
const TAKES_MAX: usize = 3;
/// The time within which the last words have been heard: on the way and in the jitter buffer, which holds 600 ms at
/// most.
const TAIL_S: f64 = 0.9;
/// A speaker is heard within this time.
const PAUSE_S: f64 = 0.3;
/// This many pauses are longer than all sound in flight, of which 5 s are in a page's recorder.
const TAILS_MAX: usize = 24;
