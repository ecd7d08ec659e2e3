//! The keys of recordings; the reason for each default stands at
//! [`RecordingSettings`](consonance_server::recording::RecordingSettings).

use crate::field::Field;
use crate::keys::Key;

/// In the order of the file.
pub(super) const RECORDING_KEYS: &[Key] = &[
    Key::at_once(
        "recording.folder",
        Field::File(|config| &mut config.recording.folder),
        "Where recordings go: a folder for each session is made in it. Without it nothing can be recorded. It is one server's alone.",
    )
    .with_example("\"/var/lib/consonance/recordings\""),
    Key::at_once(
        "recording.sessions",
        Field::Texts(|config| &mut config.recording.settings.sessions),
        "Sessions that are recorded whenever somebody is in them, by name, or with a * at the end by the beginning of their names; others are when an operator wants it.",
    ),
    Key::at_once(
        "recording.whispers",
        Field::Flag(|config| &mut config.recording.settings.whispers),
        "Record that, too, which is spoken to single players and to no room.",
    ),
    Key::at_once(
        "recording.duration_max_s",
        Field::Seconds(|config| &mut config.recording.settings.duration_max, 10.0, 86_400.0),
        "How long one recording may become, in seconds; another one begins behind it.",
    ),
    Key::at_once(
        "recording.bytes_max",
        Field::Bytes(|config| &mut config.recording.settings.bytes_max, 65_536, 1 << 50),
        "How large one may become, in bytes; another one begins behind it.",
    ),
    Key::at_once(
        "recording.tracks_max",
        Field::Size(|config| &mut config.recording.settings.tracks_max, 1, 65_535),
        "Voices in one recording. Who comes after that many is left out, and counted, until the recording is a minute long; another one follows it then.",
    ),
    Key::at_once(
        "recording.folder_bytes_max",
        Field::Bytes(|config| &mut config.recording.settings.folder_bytes_max, 65_536, 1 << 60),
        "How many bytes all recordings may have together.",
    ),
    Key::at_once(
        "recording.free_bytes_min",
        Field::Bytes(|config| &mut config.recording.settings.free_bytes_min, 0, 1 << 60),
        "How many bytes are left free on that disk (not on Windows).",
    ),
    Key::at_once(
        "recording.remove_oldest",
        Field::Flag(|config| &mut config.recording.settings.remove_oldest),
        "Remove the oldest recordings where one of these two limits is reached. Otherwise, and if there is nothing to remove, what is being recorded ends.",
    ),
    Key::at_once(
        "recording.queue_bytes",
        Field::Size(|config| &mut config.recording.settings.queue_bytes, 65_536, 1 << 30),
        "Bytes of voice that may wait for the disk, for each worker; what comes while they are full is left out of the recording, and counted.",
    ),
];
