//! What is tried, in order.

mod instrument;
mod operators;

use crate::failure::Failure;
use crate::stage::Stage;

/// Something that people do, and what has to hold.
pub(crate) struct Scenario {
    /// As it is chosen on the command line.
    pub(crate) name: &'static str,
    /// In a sentence.
    pub(crate) what: &'static str,
    pub(crate) play: fn(&Stage) -> Result<(), Failure>,
}

/// All of them; the instrument first, since every other one is measured with it.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "instrument",
        what: "the ear hears what a page plays, and the checks find what is wrong with a page that is made to be wrong",
        play: instrument::play,
    },
    Scenario {
        name: "operators",
        what: "the page for operators and the inspector show who is here, and everybody can use them",
        play: operators::play,
    },
];
