//! Which rooms are not as any other: `--proximity`, `--needs`, `--needs-to-listen` and `--needs-to-speak`.

use clap::Args;
use consonance_server_config::Config;
use consonance_session::{AccessRule, ProximitySettings, RoomPattern};

/// Rules for rooms, by their names or, with a `*` at the end, by the beginnings of their names.
#[derive(Debug, Default, Args)]
pub(super) struct RoomRules {
    /// Where distance decides who hears whom, and how many metres a voice carries, for example
    /// `world=25`; may be given several times.
    #[arg(long, value_name = "ROOM=RANGE", value_parser = parse_proximity)]
    proximity: Vec<(RoomPattern, ProximitySettings)>,
    /// A room for those who have one of these access tokens only, for example
    /// `vip=gold,silver`; may be given several times.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs: Vec<(RoomPattern, Tokens)>,
    /// The same for listening; everybody may speak there.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs_to_listen: Vec<(RoomPattern, Tokens)>,
    /// The same for speaking; everybody may listen there.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs_to_speak: Vec<(RoomPattern, Tokens)>,
}

/// Names of access tokens.
#[derive(Clone, Debug)]
struct Tokens(Vec<Box<str>>);

impl RoomRules {
    /// Puts these before the rules of the configuration, and changes those of the same rooms.
    pub(super) fn apply(&self, config: &mut Config) {
        let mut proximity = self.proximity.clone();
        proximity.extend(config.proximity.drain(..).filter(|(room, _)| {
            let is_given = self.proximity.iter().any(|(given, _)| given == room);
            !is_given
        }));
        config.proximity = proximity;
        let mut fresh = Vec::new();
        let mut rule = |pattern: &RoomPattern, change: &dyn Fn(&mut AccessRule)| {
            let known = config.access.iter_mut().chain(&mut fresh).find(|(known, _)| known == pattern);
            if let Some((_, rule)) = known {
                change(rule);
            } else {
                let mut rule = AccessRule::default();
                change(&mut rule);
                fresh.push((pattern.clone(), rule));
            }
        };
        for (pattern, Tokens(tokens)) in &self.needs {
            rule(pattern, &|rule| *rule = AccessRule::for_both(tokens));
        }
        for (pattern, Tokens(tokens)) in &self.needs_to_listen {
            rule(pattern, &|rule| rule.listen.clone_from(tokens));
        }
        for (pattern, Tokens(tokens)) in &self.needs_to_speak {
            rule(pattern, &|rule| rule.speak.clone_from(tokens));
        }
        config.access.splice(..0, fresh);
    }
}

/// The room's name may have an equals sign of its own.
fn parse_proximity(text: &str) -> Result<(RoomPattern, ProximitySettings), String> {
    let (room, range) = text.rsplit_once('=').ok_or("a room and a range look like world=25")?;
    match range.parse::<f32>() {
        Ok(metres) if (0.1..=1e6).contains(&metres) => Ok((room.into(), ProximitySettings::new(metres))),
        _ => Err(format!("{range:?} is no range: a number of metres, from 0.1 to 1000000")),
    }
}

fn parse_needs(text: &str) -> Result<(RoomPattern, Tokens), String> {
    let (room, tokens) = text.rsplit_once('=').ok_or("a room and its tokens look like vip=gold,silver")?;
    let tokens: Vec<Box<str>> = tokens.split(',').filter(|token| !token.is_empty()).map(Into::into).collect();
    if tokens.is_empty() {
        return Err(format!("{text:?} names no token: say which ones open the room"));
    }
    Ok((room.into(), Tokens(tokens)))
}
