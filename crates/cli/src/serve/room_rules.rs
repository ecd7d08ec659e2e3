//! Rules of rooms: `--proximity`, `--room-token`, `--listen-token` and `--speak-token`.

use clap::Args;
use consonance_server_config::{AccessConfig, Config, ProximityConfig};
use consonance_session::ProximitySettings;

/// Rules for rooms, by name or by prefix (`PREFIX*`).
#[derive(Debug, Default, Args)]
pub(super) struct RoomRules {
    /// A proximity room, and how many metres a voice carries in it, for example `world=25`; can be given several times.
    #[arg(long, value_name = "ROOM=RANGE", value_parser = parse_proximity)]
    proximity: Vec<ProximityConfig>,
    /// Access tokens of a room, one of which a player needs to listen and to speak, for example `vip=gold,silver`; can
    /// be given several times.
    #[arg(long = "room-token", value_name = "ROOM=TOKEN,…", value_parser = parse_tokens)]
    room_tokens: Vec<(String, Tokens)>,
    /// The same for listening only; speaking needs no token.
    #[arg(long = "listen-token", value_name = "ROOM=TOKEN,…", value_parser = parse_tokens)]
    listen_tokens: Vec<(String, Tokens)>,
    /// The same for speaking only; listening needs no token.
    #[arg(long = "speak-token", value_name = "ROOM=TOKEN,…", value_parser = parse_tokens)]
    speak_tokens: Vec<(String, Tokens)>,
}

/// Names of access tokens.
#[derive(Clone, Debug)]
struct Tokens(Vec<String>);

impl RoomRules {
    /// Inserts these before the rules of the configuration, and changes rules of the same rooms.
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
        for (room, Tokens(tokens)) in &self.room_tokens {
            rule(room, &|rule| {
                rule.tokens = Some(tokens.clone());
                (rule.listen_tokens, rule.speak_tokens) = (None, None);
            });
        }
        for (room, Tokens(tokens)) in &self.listen_tokens {
            rule(room, &|rule| split(rule).listen_tokens = Some(tokens.clone()));
        }
        for (room, Tokens(tokens)) in &self.speak_tokens {
            rule(room, &|rule| split(rule).speak_tokens = Some(tokens.clone()));
        }
        config.access.splice(..0, fresh);
    }
}

/// Replaces tokens for both directions by tokens for each.
fn split(rule: &mut AccessConfig) -> &mut AccessConfig {
    if let Some(both) = rule.tokens.take() {
        (rule.listen_tokens, rule.speak_tokens) = (Some(both.clone()), Some(both));
    }
    rule
}

/// The room's name can contain an equals sign.
fn parse_proximity(text: &str) -> Result<ProximityConfig, String> {
    let (room, range) = text.rsplit_once('=').ok_or("expected ROOM=RANGE, such as world=25")?;
    match range.parse::<f64>() {
        Ok(metres) if (0.1..=1e6).contains(&metres) => {
            let mut rule = ProximityConfig::default();
            (rule.room, rule.settings) = (room.into(), ProximitySettings::new(metres as f32));
            Ok(rule)
        }
        _ => Err(format!("invalid range {range:?}, expected metres from 0.1 to 1000000")),
    }
}

fn parse_tokens(text: &str) -> Result<(String, Tokens), String> {
    let (room, tokens) = text.rsplit_once('=').ok_or("expected ROOM=TOKEN,…, such as vip=gold,silver")?;
    let tokens: Vec<String> = tokens.split(',').filter(|token| !token.is_empty()).map(Into::into).collect();
    if tokens.is_empty() {
        return Err(format!("{text:?} has no token, expected ROOM=TOKEN,…"));
    }
    Ok((room.into(), Tokens(tokens)))
}
