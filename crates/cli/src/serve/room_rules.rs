//! Which rooms are not as any other: `--proximity`, `--needs`, `--needs-to-listen` and `--needs-to-speak`.

use clap::Args;
use consonance_server_config::{AccessConfig, Config, ProximityConfig};

/// Rules for rooms, by their names or, with a `*` at the end, by the beginnings of their names.
#[derive(Debug, Default, Args)]
pub(super) struct RoomRules {
    /// Where distance decides who hears whom, and how many metres a voice carries, for example
    /// `world=25`; may be given several times.
    #[arg(long, value_name = "ROOM=RANGE", value_parser = parse_proximity)]
    proximity: Vec<ProximityConfig>,
    /// A room for those who have one of these access tokens only, for example
    /// `vip=gold,silver`; may be given several times.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs: Vec<(String, Tokens)>,
    /// The same for listening; everybody may speak there.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs_to_listen: Vec<(String, Tokens)>,
    /// The same for speaking; everybody may listen there.
    #[arg(long, value_name = "ROOM=TOKEN,…", value_parser = parse_needs)]
    needs_to_speak: Vec<(String, Tokens)>,
}

/// Names of access tokens.
#[derive(Clone, Debug)]
struct Tokens(Vec<String>);

impl RoomRules {
    /// Puts these before the rules of the configuration, and changes those of the same rooms.
    pub(super) fn apply(&self, config: &mut Config) {
        let is_given = |own: &ProximityConfig| self.proximity.iter().any(|given| given.room == own.room);
        config.proximity.retain(|own| !is_given(own));
        config.proximity.splice(..0, self.proximity.iter().cloned());
        let mut fresh = Vec::new();
        let mut rule = |room: &str, change: &dyn Fn(&mut AccessConfig)| {
            let known = config.access.iter_mut().chain(&mut fresh).find(|known| known.room == room);
            if let Some(rule) = known {
                change(rule);
            } else {
                let mut rule = AccessConfig::default();
                room.clone_into(&mut rule.room);
                change(&mut rule);
                fresh.push(rule);
            }
        };
        for (room, Tokens(tokens)) in &self.needs {
            rule(room, &|rule| {
                rule.tokens = Some(tokens.clone());
                (rule.listen_tokens, rule.speak_tokens) = (None, None);
            });
        }
        for (room, Tokens(tokens)) in &self.needs_to_listen {
            rule(room, &|rule| split(rule).listen_tokens = Some(tokens.clone()));
        }
        for (room, Tokens(tokens)) in &self.needs_to_speak {
            rule(room, &|rule| split(rule).speak_tokens = Some(tokens.clone()));
        }
        config.access.splice(..0, fresh);
    }
}

/// The tokens for both as those for each.
fn split(rule: &mut AccessConfig) -> &mut AccessConfig {
    if let Some(both) = rule.tokens.take() {
        (rule.listen_tokens, rule.speak_tokens) = (Some(both.clone()), Some(both));
    }
    rule
}

/// The room's name may have an equals sign of its own.
fn parse_proximity(text: &str) -> Result<ProximityConfig, String> {
    let (room, range) = text.rsplit_once('=').ok_or("a room and a range look like world=25")?;
    match range.parse::<f64>() {
        Ok(metres) if (0.1..=1e6).contains(&metres) => {
            let mut rule = ProximityConfig::default();
            (rule.room, rule.range_m) = (room.into(), metres);
            Ok(rule)
        }
        _ => Err(format!("{range:?} is no range: a number of metres, from 0.1 to 1000000")),
    }
}

fn parse_needs(text: &str) -> Result<(String, Tokens), String> {
    let (room, tokens) = text.rsplit_once('=').ok_or("a room and its tokens look like vip=gold,silver")?;
    let tokens: Vec<String> = tokens.split(',').filter(|token| !token.is_empty()).map(Into::into).collect();
    if tokens.is_empty() {
        return Err(format!("{text:?} names no token: say which ones open the room"));
    }
    Ok((room.into(), Tokens(tokens)))
}
