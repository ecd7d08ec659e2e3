//! What the pages of the guide show is compiled with the other examples of this crate.

macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        $(#[doc = include_str!($path)] struct $name;)*
    };
}

pages! {
    Readme: "../../../README.md",
    Recording: "../../../docs/recording.md",
    FirstSteps: "../../../docs/guide/first-steps.md",
    Rooms: "../../../docs/guide/rooms.md",
    Players: "../../../docs/guide/players.md",
    Positions: "../../../docs/guide/positions.md",
    Proximity: "../../../docs/guide/proximity.md",
    Settings: "../../../docs/guide/settings.md",
    Triggers: "../../../docs/guide/triggers.md",
    Offline: "../../../docs/guide/offline.md",
    Diagnostics: "../../../docs/guide/diagnostics.md",
}

/// Shows a page, which needs the feature.
#[cfg(feature = "inspector")]
#[doc = include_str!("../../../docs/guide/inspector.md")]
struct Inspector;
