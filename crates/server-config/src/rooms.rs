//! The lists of rooms with rules of their own: `[[access]]` and `[[proximity]]`.

use std::time::Duration;

use consonance_session::{AccessRule, ProximitySettings, RoomLimits, RoomPattern};

use crate::Config;
use crate::document::{Placed, Value, quoted};
use crate::field::{Mistake, Tables, decimal, expected, list, text, whole};
use crate::suggestion::nearest;

const ACCESS_KEYS: [&str; 4] = ["room", "needs", "needs_to_listen", "needs_to_speak"];
const PROXIMITY_KEYS: [&str; 4] = ["room", "range_m", "hysteresis", "streams_max"];

const LIMIT_KEYS: [&str; 4] = ["room", "listeners_max", "speakers_max", "text_every_s"];

pub(super) const ACCESS: Tables<Config> = Tables {
    read: |config, value, _| read_access(value).map(|access| config.access = access),
    written: |config, _| config.access.iter().map(written_access).collect(),
    in_words: "a list of tables",
    takes_text: false,
};

pub(super) const PROXIMITY: Tables<Config> = Tables {
    read: |config, value, _| read_proximity(value).map(|proximity| config.proximity = proximity),
    written: |config, _| config.proximity.iter().map(written_proximity).collect(),
    in_words: "a list of tables",
    takes_text: false,
};

pub(super) const ROOM_LIMITS: Tables<Config> = Tables {
    read: |config, value, _| read_limits(value).map(|limits| config.room_limits = limits),
    written: |config, _| config.room_limits.iter().map(written_limits).collect(),
    in_words: "a list of tables",
    takes_text: false,
};

fn read_access(value: &Value) -> Result<Vec<(RoomPattern, AccessRule)>, Mistake> {
    read_rules(value, &ACCESS_KEYS, |line, keys| {
        let mut rule = AccessRule::default();
        for (key, placed) in keys.iter().filter(|(key, _)| key != "room") {
            let tokens = tokens(placed)?;
            match &**key {
                "needs" => rule = AccessRule::for_both(tokens),
                "needs_to_listen" => rule.listen = tokens,
                _ => rule.speak = tokens,
            }
        }
        let has = |name: &str| keys.iter().any(|(key, _)| key == name);
        if has("needs") && (has("needs_to_listen") || has("needs_to_speak")) {
            let what = "needs stands for needs_to_listen and needs_to_speak: write it, or these two";
            return Err(Mistake::at(line, what));
        }
        if rule == AccessRule::default() {
            return Err(Mistake::at(line, "the rule asks for no token: give it needs = [\"…\"]"));
        }
        Ok(rule)
    })
}

fn read_proximity(value: &Value) -> Result<Vec<(RoomPattern, ProximitySettings)>, Mistake> {
    read_rules(value, &PROXIMITY_KEYS, |line, keys| {
        let find = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, placed)| placed);
        let missing = || Mistake::at(line, "a proximity room needs range_m, in metres");
        let range = within(find("range_m").ok_or_else(missing)?, |value| {
            decimal(value, "range_m as a number of metres", 0.1, 1e6)
        })?;
        let mut settings = ProximitySettings::new(range as f32);
        if let Some(placed) = find("hysteresis") {
            settings.hysteresis =
                within(placed, |value| decimal(value, "hysteresis as a number", 0.0, 1.0))? as f32;
        }
        if let Some(placed) = find("streams_max") {
            settings.max_streams = within(placed, |value| whole(value, 1, 64))? as u8;
        }
        Ok(settings)
    })
}

fn read_limits(value: &Value) -> Result<Vec<(RoomPattern, RoomLimits)>, Mistake> {
    read_rules(value, &LIMIT_KEYS, |line, keys| {
        let mut limits = RoomLimits::new();
        for (key, placed) in keys.iter().filter(|(key, _)| key != "room") {
            match &**key {
                "listeners_max" => limits.listeners = Some(within(placed, |value| count(value, 1))?),
                "speakers_max" => limits.speakers = Some(within(placed, |value| count(value, 0))?),
                _ => {
                    let seconds = within(placed, |value| {
                        decimal(value, "text_every_s as a number of seconds", 0.0, 86_400.0)
                    })?;
                    limits.text_every = Duration::from_secs_f64(seconds);
                }
            }
        }
        if limits == RoomLimits::new() {
            let what = "the room has no limit: give it listeners_max, speakers_max or text_every_s";
            return Err(Mistake::at(line, what));
        }
        Ok(limits)
    })
}

fn count(value: &Value, least: u64) -> Result<usize, Mistake> {
    whole(value, least, 65_535).map(|count| count as usize)
}

fn written_limits((room, limits): &(RoomPattern, RoomLimits)) -> String {
    let mut keys = vec![format!("room = {}", quoted(&room.to_string()))];
    keys.extend(limits.listeners.map(|most| format!("listeners_max = {most}")));
    keys.extend(limits.speakers.map(|most| format!("speakers_max = {most}")));
    if !limits.text_every.is_zero() {
        keys.push(format!("text_every_s = {}", limits.text_every.as_secs_f64()));
    }
    format!("{{ {} }}", keys.join(", "))
}

fn written_access((room, rule): &(RoomPattern, AccessRule)) -> String {
    let tokens = |tokens: &[Box<str>]| {
        let tokens: Vec<_> = tokens.iter().map(|token| quoted(token)).collect();
        format!("[{}]", tokens.join(", "))
    };
    let mut keys = vec![format!("room = {}", quoted(&room.to_string()))];
    if rule.listen == rule.speak {
        keys.push(format!("needs = {}", tokens(&rule.listen)));
    } else {
        let uses = [("needs_to_listen", &rule.listen), ("needs_to_speak", &rule.speak)];
        let asked = uses.iter().filter(|(_, list)| !list.is_empty());
        keys.extend(asked.map(|(key, list)| format!("{key} = {}", tokens(list))));
    }
    format!("{{ {} }}", keys.join(", "))
}

fn written_proximity((room, settings): &(RoomPattern, ProximitySettings)) -> String {
    let ProximitySettings { range_m, hysteresis, max_streams, .. } = settings;
    let room = quoted(&room.to_string());
    format!(
        "{{ room = {room}, range_m = {range_m}, hysteresis = {hysteresis}, streams_max = {max_streams} }}"
    )
}

/// Reads a list of tables that each name a room, and that none but these keys.
fn read_rules<T>(
    value: &Value,
    known: &[&'static str],
    read: impl Fn(usize, &[(String, Placed)]) -> Result<T, Mistake>,
) -> Result<Vec<(RoomPattern, T)>, Mistake> {
    let Value::List(items) = value else { return Err(expected("a list of tables", value)) };
    let mut rules: Vec<(RoomPattern, T)> = Vec::new();
    for Placed { value, line } in items {
        let at_item = |mistake: Mistake| mistake.or_at(*line);
        let Value::Table(keys) = value else { return Err(at_item(expected("a table", value))) };
        if let Some((key, placed)) = keys.iter().find(|(key, _)| !known.contains(&&**key)) {
            let meant = nearest(key, known.iter().copied());
            let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            return Err(Mistake::at(placed.line, format!("there is no key {key} here{meant}")));
        }
        let room = keys.iter().find(|(key, _)| key == "room");
        let (_, room) = room.ok_or_else(|| Mistake::at(*line, "say which room, with room = \"…\""))?;
        let room = within(room, |value| text(value).map(RoomPattern::from))?;
        if rules.iter().any(|(other, _)| *other == room) {
            return Err(Mistake::at(*line, format!("the room {room} is here twice: make one rule of both")));
        }
        rules.push((room, read(*line, keys).map_err(at_item)?));
    }
    Ok(rules)
}

fn tokens(placed: &Placed) -> Result<Vec<Box<str>>, Mistake> {
    within(placed, |value| {
        let tokens = list(value, |token| Ok(token.into()))?;
        if tokens.is_empty() {
            return Err(Mistake::new("the list names no token: say which ones open the room"));
        }
        Ok(tokens)
    })
}

fn within<T>(placed: &Placed, read: impl Fn(&Value) -> Result<T, Mistake>) -> Result<T, Mistake> {
    read(&placed.value).map_err(|mistake| mistake.or_at(placed.line))
}
