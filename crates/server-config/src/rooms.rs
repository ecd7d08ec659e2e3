//! The lists of rooms with rules of their own: `[[access]]`, `[[proximity]]` and `[[room_limits]]`.

use consonance_session::{AccessRule, ProximitySettings, RoomLimits, RoomPattern};

use crate::contradiction::{Contradiction, repeated};
use crate::declared::Declared;
use crate::table::table;

table! {
    /// A rule of `[[access]]`. Not an [`AccessRule`], which has the tokens of each use: here, `tokens` is short for
    /// both, and arguments replace one use of a rule.
    #[schemars(extend("required" = ["room"]))]
    pub struct AccessConfig {
        /// The room, by name or prefix.
        pub room: String = String::new();
        /// Access tokens of which a player needs one to listen and to speak.
        #[schemars(length(min = 1))]
        pub tokens: Option<Vec<String>> = None;
        /// Access tokens of which a player needs one to listen.
        #[schemars(length(min = 1))]
        pub listen_tokens: Option<Vec<String>> = None;
        /// Access tokens of which a player needs one to speak.
        #[schemars(length(min = 1))]
        pub speak_tokens: Option<Vec<String>> = None;
    }
}

impl AccessConfig {
    fn problem(&self) -> Option<&'static str> {
        let has_one = self.listen_tokens.is_some() || self.speak_tokens.is_some();
        match (&self.tokens, has_one) {
            (Some(_), true) => Some(
                "tokens cannot be combined with listen_tokens and speak_tokens: set it, \
                                     or these two",
            ),
            (None, false) => Some("the rule requires no token: set tokens = [\"…\"]"),
            _ => None,
        }
    }

    /// The same for a session.
    pub(super) fn rule(&self) -> (RoomPattern, AccessRule) {
        let tokens = |own: &Option<Vec<String>>| {
            let tokens = own.as_ref().or(self.tokens.as_ref());
            tokens.into_iter().flatten().map(|token| token.as_str().into()).collect()
        };
        let mut rule = AccessRule::default();
        (rule.listen, rule.speak) = (tokens(&self.listen_tokens), tokens(&self.speak_tokens));
        ((&*self.room).into(), rule)
    }
}

table! {
    /// A rule of `[[proximity]]`.
    #[schemars(extend("required" = ["room", "range_m"]))]
    pub struct ProximityConfig {
        /// The room, by name or prefix.
        pub room: String = String::new();
        /// Its settings.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ProximitySettings>", extend("x-flat" = true))]
        pub settings: ProximitySettings = ProximitySettings::default();
    }
}

impl ProximityConfig {
    /// The same for a session.
    pub(super) fn rule(&self) -> (RoomPattern, ProximitySettings) {
        ((&*self.room).into(), self.settings)
    }
}

table! {
    /// A rule of `[[room_limits]]`.
    #[schemars(extend("required" = ["room"]))]
    pub struct RoomLimitsConfig {
        /// The room, by name or prefix.
        pub room: String = String::new();
        /// Its limits.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<RoomLimits>", extend("x-flat" = true))]
        pub limits: RoomLimits = RoomLimits::new();
    }
}

impl RoomLimitsConfig {
    /// The same for a session.
    pub(super) fn rule(&self) -> (RoomPattern, RoomLimits) {
        ((&*self.room).into(), self.limits.clone())
    }
}

/// Those of these rules.
pub(super) fn contradictions(
    access: &[AccessConfig],
    proximity: &[ProximityConfig],
    limits: &[RoomLimitsConfig],
) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut say = |key, item, what: &str| found.push(Contradiction::in_item(key, item, what));
    let rooms: [(_, Vec<&str>); 3] = [
        ("access", access.iter().map(|own| &*own.room).collect()),
        ("proximity", proximity.iter().map(|own| &*own.room).collect()),
        ("room_limits", limits.iter().map(|own| &*own.room).collect()),
    ];
    for (key, rooms) in rooms {
        for (item, room) in repeated(&rooms) {
            say(key, item, &format!("the room {room} has two rules: merge them"));
        }
    }
    for (item, own) in access.iter().enumerate() {
        if let Some(what) = own.problem() {
            say("access", item, what);
        }
    }
    for (item, _) in limits.iter().enumerate().filter(|(_, own)| own.limits == RoomLimits::new()) {
        say("room_limits", item, "the room has no limit: set listeners_max, speakers_max or text_every_s");
    }
    found
}
