//! Whether the listener wears headphones, as set by the game or inferred from the name of the loudspeaker.

/// Whether the listener wears headphones: as set by the game, or else as the loudspeaker's name suggests.
#[derive(Default)]
pub(super) struct Headphones {
    /// The game's setting.
    pub(super) told: Option<bool>,
    /// As the name of the loudspeaker suggests.
    pub(super) named: bool,
}

impl Headphones {
    pub(super) fn are_worn(&self) -> bool {
        self.told.unwrap_or(self.named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_game_says_takes_precedence_over_the_name_of_the_loudspeaker() {
        for (told, named, worn) in
            [(None, false, false), (None, true, true), (Some(false), true, false), (Some(true), false, true)]
        {
            assert_eq!(Headphones { told, named }.are_worn(), worn, "{told:?} {named}");
        }
    }
}
