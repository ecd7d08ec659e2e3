//! Checks of recordings: a file for each voice, with the words of its player and no other.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;

use consonance_testing::sound::{ALIKE, UNLIKE, decode, likeness, read};
use consonance_testing::stage::{Failure, ensure};
use serde_json::Value;

use crate::scenario::cast::{CAST, CastMember, LOBBY};
use crate::scenario::fixture::{Fixture, RECORDS};
use crate::scenario::programme::{Act, PROGRAMME, Scene, To};
use crate::scenario::report::{Check, Checks, Report};
use crate::scenario::words::Words;

impl Fixture {
    pub(super) fn recorder_leaves(&mut self, report: &Report) -> Checks {
        let recorder = self.recorder.take();
        let mut recorder = recorder.ok_or_else(|| Failure::NotSo("no recorder".to_owned()))?;
        recorder.end()?;
        self.all_players_know_each_other()?;
        let folder = self.folder.join(RECORDS);
        let spoke = self.speakers(report, Some(LOBBY));
        let files = files(&folder)?;
        let track = |member: CastMember| {
            // File names are a number, a dash and the player's name.
            let is_own =
                |file: &&PathBuf| file.to_string_lossy().ends_with(&format!("-{}.wav", member.name()));
            let file = files.iter().find(is_own);
            let file = file.ok_or_else(|| Failure::NotSo(format!("there is no file of {member:?}")))?;
            read(file).map_err(Failure::io(member.name()))
        };
        Ok(compared("the player's recording", &spoke, track))
    }

    pub(super) fn server_recorded(&mut self, report: &Report) -> Checks {
        self.house.close()?;
        let recordings = self.house.recordings();
        let tracks =
            tracks(&self.house.command(&["recordings", "list", &recordings.to_string_lossy(), "--json"])?)?;
        let spoke = self.speakers(report, None);
        let track = |member: CastMember| {
            let own = tracks.iter().filter(|(player, _)| *player == member.name());
            let files = own.map(|(_, file)| decoded(file));
            files.collect::<Result<Vec<_>, _>>().map(|sounds| sounds.concat())
        };
        Ok(compared("the server's recording", &spoke, track))
    }

    /// The speakers so far, to this room or to any.
    fn speakers(&self, report: &Report, room: Option<&str>) -> Vec<CastMember> {
        let scenes = &PROGRAMME[..report.scenes.len()];
        let lines = scenes.iter().flat_map(Scene::acts).filter_map(|act| match act {
            Act::Says(line) => Some(line),
            _ => None,
        });
        let is_there = |to: To| match to {
            To::Room(to) => room.is_none_or(|room| room == to),
            To::Player(_) => false,
        };
        let spoke: Vec<_> = lines.filter(|line| is_there(line.to)).map(|line| line.member).collect();
        let had_a_page = |member: &CastMember| self.page.is_some() || *member != CastMember::WITH_BROWSER;
        CAST.iter()
            .map(|role| role.member)
            .filter(|member| spoke.contains(member))
            .filter(had_a_page)
            .collect()
    }
}

/// Checks that each track has its player's words, and not those of the next one.
fn compared(
    what: &str,
    spoke: &[CastMember],
    track: impl Fn(CastMember) -> Result<Vec<f32>, Failure> + Sync,
) -> Vec<Check> {
    let words = |member: CastMember| member.role().words.map(Words::sound).unwrap_or_default();
    let compare = |number: usize| {
        let (member, next) = (spoke[number], spoke[(number + 1) % spoke.len()]);
        let track = track(member)?;
        let (own, foreign) = (likeness(&words(member), &track), likeness(&words(next), &track));
        ensure(own > FOUND && foreign < UNLIKE, || {
            format!("{what} of {member:?} has its own words by {own:.2}, and {next:?}'s by {foreign:.2}")
        })
    };
    let numbers: Vec<_> = (0..spoke.len()).collect();
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let outcomes: Vec<Result<(), Failure>> = thread::scope(|scope| {
        let share = numbers.chunks(numbers.len().div_ceil(lanes).max(1));
        let lanes: Vec<_> = share
            .map(|share| scope.spawn(move || share.iter().map(|number| compare(*number)).collect::<Vec<_>>()))
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_default()).collect()
    });
    let mut checks = vec![Check::new(
        format!("{what} has {} voices, each in a track of its own", spoke.len()),
        !spoke.is_empty() && outcomes.iter().all(Result::is_ok) && outcomes.len() == spoke.len(),
    )];
    let wrong = outcomes.into_iter().filter_map(Result::err);
    checks.extend(wrong.map(|failure| Check::new(failure.to_string(), false)));
    checks
}

/// The player and the file of each track, from the output of `consonance recordings list --json`.
fn tracks(list: &str) -> Result<Vec<(String, PathBuf)>, Failure> {
    let mut tracks = Vec::new();
    for line in list.lines() {
        let recording: Value = serde_json::from_str(line).map_err(crate::scenario::player::not_so)?;
        let folder = Path::new(recording["folder"].as_str().unwrap_or_default());
        for track in recording["index"]["tracks"].as_array().into_iter().flatten() {
            let [player, file] = ["player", "file"].map(|key| track[key].as_str().unwrap_or_default());
            tracks.push((player.to_owned(), folder.join(file)));
        }
    }
    Ok(tracks)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::io(format!("{}", folder.display())))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

fn decoded(file: &Path) -> Result<Vec<f32>, Failure> {
    let there = fs::exists(file).map_err(Failure::io(format!("{}", file.display())))?;
    ensure(there, || format!("there is no {}", file.display()))?;
    Ok(decode(File::open(file).map_err(Failure::io(format!("{}", file.display())))?))
}

/// The least likeness: a recording of a whole scenario has more than the words in question, so they match a little
/// less well.
const FOUND: f64 = ALIKE - 0.1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_read_with_their_folder() {
        let list = r#"{"folder":"/r/1","index":{"tracks":[{"player":"Kim","file":"Kim-1.opus"}]}}"#;
        let tracks = tracks(list).unwrap();
        assert_eq!(tracks, [("Kim".to_owned(), PathBuf::from("/r/1/Kim-1.opus"))]);
    }

    #[test]
    fn a_track_with_another_voice_in_it_is_found() {
        let all = [Words::Speech(0).sound(), Words::Speech(1).sound()].concat();
        let checks = compared("a recording", &[CastMember::Alice, CastMember::Bob], |_| Ok(all.clone()));
        assert!(!checks[0].is_so && checks.len() == 3, "{checks:?}");
        let own = |member: CastMember| Ok(member.role().words.unwrap().sound());
        assert!(compared("a recording", &[CastMember::Alice, CastMember::Bob], own)[0].is_so);
    }
}
