//! Whether the listener wears headphones, by what the game says or by the name of the loudspeaker.

#[cfg(feature = "devices")]
use super::Playback;

/// What is known of it.
#[derive(Default)]
pub(super) struct Headphones {
    /// As the game says.
    pub(super) told: Option<bool>,
    /// As the name of the loudspeaker says.
    named: bool,
}

impl Headphones {
    pub(super) fn are_worn(&self) -> bool {
        self.told.unwrap_or(self.named)
    }
}

#[cfg(feature = "devices")]
impl Playback {
    /// Another loudspeaker is used, which is a pair of headphones by its name, or is not.
    pub(crate) fn set_named_headphones(&mut self, named: bool) {
        self.headphones.named = named;
        self.mixer.set_headphones(self.headphones.are_worn());
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
