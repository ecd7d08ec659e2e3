//! Where each surface has its names.

mod reading;

use std::collections::BTreeSet;

use super::super::repository::Repository;

/// A table of the page, and where each column's names are from.
pub(super) struct Section {
    /// The heading above it.
    pub(super) heading: &'static str,
    /// The columns after the first one.
    pub(super) columns: &'static [(&'static str, Source)],
}

/// A place with names. Files are paths from the root of the repository.
pub(super) enum Source {
    /// The variants of an enum in Rust.
    Enum(&'static str, &'static str),
    /// The same as serde writes them, in `camelCase`; what it writes for all others is left out.
    CamelCase(&'static str, &'static str),
    /// The same in `kebab-case`.
    KebabCase(&'static str, &'static str),
    /// The same in `snake_case`.
    SnakeCase(&'static str, &'static str),
    /// The public methods of a type in a folder of Rust or a file.
    Methods(&'static str, &'static str),
    /// The public methods of several types in Rust, each in a folder or a file; those of all types but the first with
    /// the name of the type, such as `Room::listen`.
    Handles(&'static [(&'static str, &'static str)]),
    /// The public fields of structs in Rust: file, name, and a prefix, such as `capture.` for those inside `capture`.
    Fields(&'static [(&'static str, &'static str, &'static str)]),
    /// The variants of an enum that a file of Rust names.
    Named(&'static str, &'static str),
    /// The texts in a function of Rust.
    Words(&'static str, &'static str),
    /// The constants of an enum of the header for C, without its name.
    CEnum(&'static str),
    /// The functions of the header, without `consonance_`.
    CFunctions,
    /// The fields of a struct of the header.
    CFields(&'static str),
    /// The constants of an enum in C#.
    CsEnum(&'static str, &'static str),
    /// The public events of `VoiceChat` in C#.
    CsEvents,
    /// The public members of a class in C#; others than `VoiceChat`'s with the name of the class.
    CsMembers(&'static [&'static str]),
    /// What C# assigns after a text in a file, to members of this.
    CsAssigned(&'static str, &'static str, &'static str),
    /// The events in Python.
    PyEvents,
    /// The public methods and properties of a class in Python.
    PyMethods(&'static str, &'static str),
    /// The parameters of a function in Python.
    PyParameters(&'static str, &'static str),
    /// The keys of an interface in TypeScript.
    TsKeys(&'static str, &'static str),
    /// The texts of a type in TypeScript.
    TsTexts(&'static str, &'static str),
    /// Names of which the table needs only some, as other tables have the rest.
    Some(&'static [Source]),
}

impl Source {
    /// All names.
    ///
    /// # Errors
    /// What is not there.
    pub(super) fn names(&self, repository: &Repository) -> Result<BTreeSet<String>, String> {
        let text = |file: &str| repository.text(file).ok_or_else(|| format!("{file} is missing"));
        let variants = |file: &str, name: &str| reading::variants(repository, file, name);
        let found = match *self {
            Self::Enum(file, name) => variants(file, name),
            Self::CamelCase(file, name) => {
                variants(file, name).into_iter().map(|name| reading::camel_case(&name)).collect()
            }
            Self::KebabCase(file, name) => reading::in_case(variants(file, name), '-'),
            Self::SnakeCase(file, name) => reading::in_case(variants(file, name), '_'),
            Self::Methods(place, name) => reading::methods(repository, place, name),
            Self::Handles(types) => reading::handles(repository, types),
            Self::Fields(structs) => reading::fields(repository, structs),
            Self::Named(file, name) => reading::named(text(file)?, name),
            Self::Words(file, function) => reading::words(text(file)?, function),
            Self::CEnum(name) => reading::c_enum(text(HEADER)?, name),
            Self::CFunctions => reading::c_functions(text(HEADER)?),
            Self::CFields(name) => reading::c_fields(text(LAYOUT)?, name),
            Self::CsEnum(file, name) => reading::cs_enum(text(file)?, name),
            Self::CsEvents => reading::cs_events(repository),
            Self::CsMembers(classes) => reading::cs_members(repository, classes),
            Self::CsAssigned(file, after, of) => reading::cs_assigned(text(file)?, after, of),
            Self::PyEvents => reading::py_events(text(PY_EVENTS)?),
            Self::PyMethods(file, class) => reading::py_methods(text(file)?, class),
            Self::PyParameters(file, function) => reading::py_parameters(text(file)?, function),
            Self::TsKeys(file, name) => reading::ts_keys(text(file)?, name),
            Self::TsTexts(file, name) => reading::ts_texts(text(file)?, name),
            Self::Some(sources) => {
                let each: Result<Vec<_>, _> = sources.iter().map(|source| source.names(repository)).collect();
                each?.into_iter().flatten().collect()
            }
        };
        if found.is_empty() { Err(format!("{} has no names", self.place())) } else { Ok(found) }
    }

    fn place(&self) -> String {
        match *self {
            Self::Enum(file, name)
            | Self::CamelCase(file, name)
            | Self::KebabCase(file, name)
            | Self::SnakeCase(file, name)
            | Self::Methods(file, name)
            | Self::Handles(&[(file, name), ..])
            | Self::Fields(&[(file, name, _), ..])
            | Self::Named(file, name)
            | Self::Words(file, name)
            | Self::CsEnum(file, name)
            | Self::CsAssigned(file, name, _)
            | Self::PyMethods(file, name)
            | Self::PyParameters(file, name)
            | Self::TsKeys(file, name)
            | Self::TsTexts(file, name) => format!("{name} in {file}"),
            Self::CEnum(name) => format!("consonance_{name} in {HEADER}"),
            Self::CFunctions => HEADER.to_owned(),
            Self::CFields(name) => format!("{name} in {LAYOUT}"),
            Self::CsEvents | Self::CsMembers(_) => reading::CS_FOLDER.to_owned(),
            Self::PyEvents => PY_EVENTS.to_owned(),
            Self::Handles(&[]) | Self::Fields(&[]) | Self::Some(_) => "a list without sources".to_owned(),
        }
    }
}

const HEADER: &str = "crates/ffi/include/consonance.h";
const LAYOUT: &str = "crates/ffi/layout.txt";
const PY_EVENTS: &str = "python/package/consonance/events.py";
const PY_CHAT: &str = "python/package/consonance/_chat.py";
const PY_CONNECT: Source = Source::PyParameters("python/package/consonance/_connect.py", "connect");
const TS_API: &str = "web/src/voice/api.ts";
const TS_DECLARATIONS: &str = "web/src/voice/declarations.ts";
const CS_ENUMS: &str = "dotnet/Consonance/Enums.cs";
const TO_PAGE: &str = "crates/browser/src/control/to_page.rs";
const FROM_PAGE: &str = "crates/browser/src/control/from_page.rs";

/// The tables, in the order of the page.
pub(super) const SECTIONS: &[Section] = &[
    Section {
        heading: "Moderators",
        columns: &[
            ("Rust", Source::Enum("crates/session/src/moderator.rs", "ModeratorAction")),
            ("C", Source::CEnum("moderator_action")),
            ("C#", Source::CsEnum(CS_ENUMS, "ModeratorAction")),
            ("Python", Source::PyMethods("python/package/consonance/_moderator.py", "Moderator")),
            ("Page", Source::TsTexts(TS_API, "ModerationAction")),
            ("JSON", Source::KebabCase(FROM_PAGE, "ModerationAction")),
            (
                "Mumble",
                Source::Named("crates/networks/mumble/src/players/player/moderating.rs", "ModeratorAction"),
            ),
        ],
    },
    Section {
        heading: "Answers to moderators",
        columns: &[
            ("Rust", Source::Enum("crates/wire/src/moderator_command.rs", "ModeratorAnswer")),
            ("C", Source::CEnum("moderator_answer")),
            ("C#", Source::CsEnum(CS_ENUMS, "ModeratorAnswer")),
            ("Python", Source::Words("python/src/events.rs", "moderated")),
            ("Page", Source::TsTexts(TS_DECLARATIONS, "ModerationResult")),
            ("JSON", Source::KebabCase("crates/wire/src/moderator_command.rs", "ModeratorAnswer")),
        ],
    },
    Section {
        heading: "Operators",
        columns: &[
            ("Rust", Source::Methods("crates/server/src/moderation", "Moderation")),
            ("HTTP", Source::SnakeCase("crates/admin/src/api/action_request.rs", "Action")),
            ("Python", Source::PyMethods("python/package/consonance/admin.py", "AdminClient")),
            ("Command", Source::KebabCase("crates/cli/src/admin.rs", "Command")),
        ],
    },
    Section {
        heading: "Events",
        columns: &[
            ("Rust", Source::Enum("crates/consonance/src/event.rs", "EventKind")),
            ("C", Source::CEnum("event_type")),
            ("C#", Source::CsEvents),
            ("Python", Source::PyEvents),
            ("Page", Source::TsKeys(TS_API, "VoiceEvents")),
            ("JSON", Source::CamelCase(TO_PAGE, "ToPage")),
        ],
    },
    Section {
        heading: "Decisions of operators",
        columns: &[
            ("Rust", Source::Enum("crates/consonance/src/restrictions.rs", "OperatorDecision")),
            ("C", Source::CEnum("operator_decision")),
            ("C#", Source::CsEnum(CS_ENUMS, "OperatorDecisionKind")),
            ("Python", Source::Words("python/src/events.rs", "operator")),
        ],
    },
    Section {
        heading: "Events of the encryption",
        columns: &[
            ("Rust", Source::Enum("crates/consonance/src/encryption_event.rs", "EncryptionEvent")),
            ("C", Source::CEnum("encryption_event")),
            ("C#", Source::CsEnum(CS_ENUMS, "EncryptionChangeKind")),
            ("Python", Source::Words("python/src/events.rs", "encryption")),
            ("Page", Source::TsTexts("web/src/voice/encryption_api.ts", "EncryptionEvent")),
        ],
    },
    Section {
        heading: "Problems",
        columns: &[
            ("Rust", Source::Enum("crates/consonance/src/problem.rs", "ProblemKind")),
            ("C", Source::CEnum("problem")),
            ("C#", Source::CsEnum(CS_ENUMS, "ProblemKind")),
            ("Python", Source::Words("python/src/events.rs", "problem")),
        ],
    },
    Section {
        heading: "Settings of a chat",
        columns: &[
            ("Rust", Source::Methods("crates/consonance/src/builder", "VoiceChatBuilder")),
            ("C", Source::CFields("consonance_settings")),
            ("C#", Source::CsMembers(&["VoiceChatSettings"])),
            ("Python", PY_CONNECT),
            ("Page", Source::TsKeys(TS_API, "ConnectOptions")),
        ],
    },
    Section {
        heading: "Voice settings",
        columns: &[
            ("Rust", Source::Fields(VOICE_SETTINGS)),
            ("C", Source::CFields("consonance_voice_settings")),
            ("C#", Source::CsMembers(&["VoiceSettings"])),
            ("Unity", Source::CsAssigned(UNITY_VOICE, "VoiceChatSettings Settings()", "voice.")),
            ("Python", Source::Some(&[PY_CONNECT])),
            ("Page", Source::Some(PAGE_SOUND)),
        ],
    },
    Section {
        heading: "Encryption settings",
        columns: &[
            (
                "Rust",
                Source::Fields(&[("crates/consonance/src/encryption/settings.rs", "EncryptionSettings", "")]),
            ),
            ("C", Source::CFields("consonance_encryption_settings")),
            ("C#", Source::CsMembers(&["EncryptionSettings"])),
            ("Unity", Source::CsAssigned(UNITY_ENCRYPTION, "EncryptionSettings Encryption()", "")),
            ("Python", Source::Some(&[PY_CONNECT])),
            ("Page", Source::TsKeys("web/src/voice/encryption_api.ts", "EncryptionOptions")),
        ],
    },
    Section {
        heading: "What a chat can do",
        columns: &[
            ("Rust", Source::Handles(CHAT_HANDLES)),
            ("C", Source::CFunctions),
            ("C#", Source::CsMembers(&["VoiceChat", "Player", "Room"])),
            ("Python", Source::PyMethods(PY_CHAT, "VoiceChat")),
            ("Page", Source::TsKeys(TS_API, "Voice")),
            ("JSON", Source::CamelCase(FROM_PAGE, "FromPage")),
        ],
    },
];

/// The handle of a chat, those of its parts, and the state of a player.
const CHAT_HANDLES: &[(&str, &str)] = &[
    ("crates/consonance/src/voice_chat", "VoiceChat"),
    ("crates/consonance/src/voice_chat/handles/channel", "Channel"),
    ("crates/consonance/src/voice_chat/handles/encryption", "VoiceEncryption"),
    ("crates/consonance/src/voice_chat/handles/microphone", "VoiceMicrophone"),
    ("crates/consonance/src/voice_chat/handles/playback", "VoicePlayback"),
    ("crates/consonance/src/voice_chat/handles/player", "Player"),
    ("crates/consonance/src/voice_chat/handles/room", "Room"),
    ("crates/consonance/src/player_state", "PlayerState"),
];
/// The settings of a player's voice, and those inside them.
const VOICE_SETTINGS: &[(&str, &str, &str)] = &[
    ("crates/consonance/src/settings.rs", "VoiceSettings", ""),
    ("crates/audio/src/capture/activation.rs", "ActivationSettings", "activation."),
    ("crates/audio/src/mixer/settings.rs", "DuckingSettings", "ducking."),
    ("crates/audio/src/capture/settings.rs", "CaptureSettings", "capture."),
    ("crates/audio/src/capture/settings.rs", "VoiceDetectionSettings", "capture.voice_detection."),
];
/// What a page sets of the sound.
const PAGE_SOUND: &[Source] = &[
    Source::TsKeys(TS_API, "Processing"),
    Source::TsKeys(TS_API, "Stereo"),
    Source::TsKeys(TS_API, "Microphone"),
    Source::TsKeys(TS_API, "Output"),
    Source::TsKeys(TS_API, "Channel"),
];
const UNITY_VOICE: &str = "unity/com.consonance.voice/Runtime/Components/ConsonanceVoice.cs";
const UNITY_ENCRYPTION: &str = "unity/com.consonance.voice/Runtime/Components/ConsonanceVoice.Encryption.cs";
