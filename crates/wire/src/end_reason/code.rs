//! The codes, their names on the wire and their kinds.

/// The kind of a reason, which a program bases its decision on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EndKind {
    /// The join token is missing or not valid.
    Token,
    /// The password is missing or wrong.
    Password,
    /// The player cannot have this name.
    Name,
    /// The session or the server has no room left.
    Full,
    /// An operator has banned the player.
    Banned,
    /// An operator or a moderator has removed the player.
    Kicked,
    /// The client's codec or features do not fit this server.
    Version,
    /// The session or the server ends.
    Closing,
    /// The session runs on another worker of this server, which this link does not lead to.
    Elsewhere,
    /// The client broke the rules too often.
    Abuse,
    /// Something else.
    #[default]
    Other,
}

/// Why a link ends. A code that is not known here is read as the general one of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EndCode {
    /// The join token is missing, wrong or too old.
    Token,
    /// There is no join token, and the session requires one.
    TokenMissing,
    /// The join token cannot be read. The words say what is wrong with it.
    TokenInvalid,
    /// No key of the server has signed the join token.
    TokenSignature,
    /// The join token, or the key that signed it, is no longer valid. `until` is when that ended, if known.
    TokenExpired,
    /// The join token is not valid yet; `until` is when it will be.
    TokenEarly,
    /// The join token is for another session, which the words name.
    TokenSession,
    /// The join token is for another service or purpose; the words are what the server expects.
    TokenService,
    /// The time for which the join token admitted the player is over.
    TokenEnded,
    /// The password is missing or wrong.
    Password,
    /// There is no password, and the session requires one.
    PasswordMissing,
    /// The password is wrong.
    PasswordWrong,
    /// There were too many wrong passwords from this address.
    PasswordAttempts,
    /// There is neither a join token nor a password, and the session requires one of them.
    PasswordOrToken,
    /// The session requires both a join token and a password.
    PasswordAndToken,
    /// The player cannot have this name.
    Name,
    /// The name is reserved for players with a token for it.
    NameReserved,
    /// The join token is for another name, which the words are.
    NameOfToken,
    /// A player of this name is here, to which the server's operator has given it.
    NameProtected,
    /// A player of this name is here.
    NameInUse,
    /// The name is longer than `max` bytes.
    NameTooLong,
    /// Another player has joined with the same name.
    ReplacedByNewerLogin,
    /// There is no space left.
    Full,
    /// The session has as many players as it takes.
    SessionFull,
    /// The server has as many connections as it takes; `max` of them, if known.
    ServerFull,
    /// The server has as many connections as it takes, and has ended this one for another: too many are from its
    /// address.
    MadeRoom,
    /// The server has as many sessions as it takes, which is `max`.
    SessionsFull,
    /// The server has too much to do to take more players for now.
    ServerBusy,
    /// An operator has banned the player: until `until`, or permanently. The words are the operator's.
    Banned,
    /// An operator or a moderator has removed the player. The words are the operator's.
    Kicked,
    /// The client's codec or features do not fit this server.
    Version,
    /// No codec has the frame size or the sample rate that the client announces.
    Codec,
    /// The session is encrypted from end to end, and the client cannot do that.
    EncryptionRequired,
    /// The session or the server ends.
    Closing,
    /// The session has ended.
    SessionEnded,
    /// The server is about to stop and accepts no more players; `redirect` is the server that it sends its own to.
    Draining,
    /// The server is shutting down.
    ShuttingDown,
    /// The session runs on another worker of the server, which this link does not lead to.
    Elsewhere,
    /// The client broke the rules too often.
    Abuse,
    /// The last violation was a packet that cannot be parsed.
    AbuseMalformed,
    /// The last violation was a packet that is too long.
    AbuseOversized,
    /// The last violation was a packet in the name of another player.
    AbuseSpoofed,
    /// The last violation was something that the session does not accept.
    AbuseRefused,
    /// The last violation was too much traffic within a second.
    AbuseFlood,
    /// There is no such session; the words are the names of the existing ones.
    SessionUnknown,
    /// The operator's joining service does not admit the player. The words are the service's.
    Denied,
    /// The operator's joining service cannot be asked at the moment.
    Undecided,
    /// The client did not join the session in time.
    NoHandshake,
    /// The server cannot keep up with this link.
    Overloaded,
    /// The link is too slow: more waits for it than the server keeps.
    TooSlow,
    /// The player is here over another link.
    Resumed,
    /// The server has started a new session.
    NewSession,
    /// Something else, which the words say.
    #[default]
    Other,
}

impl EndCode {
    /// The code's name on the wire: lower-case letters and hyphens. The part before the first hyphen is the name of
    /// its kind, and of the general code of that kind.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(code, _)| *code == self).map_or("other", |(_, name)| name)
    }

    /// The code of a name. For a name that is not known, it is the general code of its kind; `None` if the kind is not
    /// known either.
    pub fn of_name(name: &str) -> Option<Self> {
        let named = |name: &str| NAMES.iter().find(|(_, known)| *known == name).map(|(code, _)| *code);
        named(name).or_else(|| named(name.split('-').next()?))
    }

    /// The kind of reason.
    pub fn kind(self) -> EndKind {
        match self.name().split('-').next() {
            Some("token") => EndKind::Token,
            Some("password") => EndKind::Password,
            Some("name") => EndKind::Name,
            Some("full") => EndKind::Full,
            Some("banned") => EndKind::Banned,
            Some("kicked") => EndKind::Kicked,
            Some("version") => EndKind::Version,
            Some("closing") => EndKind::Closing,
            Some("elsewhere") => EndKind::Elsewhere,
            Some("abuse") => EndKind::Abuse,
            _ => EndKind::Other,
        }
    }

    /// Every code with its name.
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        NAMES.iter().copied()
    }
}

const NAMES: &[(EndCode, &str)] = &[
    (EndCode::Token, "token"),
    (EndCode::TokenMissing, "token-missing"),
    (EndCode::TokenInvalid, "token-invalid"),
    (EndCode::TokenSignature, "token-signature"),
    (EndCode::TokenExpired, "token-expired"),
    (EndCode::TokenEarly, "token-early"),
    (EndCode::TokenSession, "token-session"),
    (EndCode::TokenService, "token-service"),
    (EndCode::TokenEnded, "token-ended"),
    (EndCode::Password, "password"),
    (EndCode::PasswordMissing, "password-missing"),
    (EndCode::PasswordWrong, "password-wrong"),
    (EndCode::PasswordAttempts, "password-attempts"),
    (EndCode::PasswordOrToken, "password-or-token"),
    (EndCode::PasswordAndToken, "password-and-token"),
    (EndCode::Name, "name"),
    (EndCode::NameReserved, "name-reserved"),
    (EndCode::NameOfToken, "name-of-token"),
    (EndCode::NameProtected, "name-protected"),
    (EndCode::NameInUse, "name-in-use"),
    (EndCode::NameTooLong, "name-too-long"),
    (EndCode::ReplacedByNewerLogin, "name-replaced"),
    (EndCode::Full, "full"),
    (EndCode::SessionFull, "full-session"),
    (EndCode::ServerFull, "full-server"),
    (EndCode::MadeRoom, "full-made-room"),
    (EndCode::SessionsFull, "full-sessions"),
    (EndCode::ServerBusy, "full-busy"),
    (EndCode::Banned, "banned"),
    (EndCode::Kicked, "kicked"),
    (EndCode::Version, "version"),
    (EndCode::Codec, "version-codec"),
    (EndCode::EncryptionRequired, "version-encryption"),
    (EndCode::Closing, "closing"),
    (EndCode::SessionEnded, "closing-session"),
    (EndCode::Draining, "closing-draining"),
    (EndCode::ShuttingDown, "closing-shutdown"),
    (EndCode::Elsewhere, "elsewhere"),
    (EndCode::Abuse, "abuse"),
    (EndCode::AbuseMalformed, "abuse-malformed"),
    (EndCode::AbuseOversized, "abuse-oversized"),
    (EndCode::AbuseSpoofed, "abuse-spoofed"),
    (EndCode::AbuseRefused, "abuse-refused"),
    (EndCode::AbuseFlood, "abuse-flood"),
    (EndCode::SessionUnknown, "other-session-unknown"),
    (EndCode::Denied, "other-denied"),
    (EndCode::Undecided, "other-undecided"),
    (EndCode::NoHandshake, "other-no-handshake"),
    (EndCode::Overloaded, "other-overloaded"),
    (EndCode::TooSlow, "other-too-slow"),
    (EndCode::Resumed, "other-resumed"),
    (EndCode::NewSession, "other-new-session"),
    (EndCode::Other, "other"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name() {
        for (code, name) in EndCode::all() {
            assert_eq!((code.name(), EndCode::of_name(name)), (name, Some(code)));
            assert!(name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()), "{name}");
        }
    }

    #[test]
    fn a_name_of_a_later_version_is_the_general_code_of_its_kind() {
        for (name, expected) in [
            ("token-stolen", Some(EndCode::Token)),
            ("full-moon-tonight", Some(EndCode::Full)),
            ("other-than-that", Some(EndCode::Other)),
            ("weather", None),
            ("", None),
        ] {
            assert_eq!(EndCode::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn only_the_codes_named_other_are_of_no_kind() {
        for (code, name) in EndCode::all() {
            assert_eq!(code.kind() == EndKind::Other, name.starts_with("other"), "{name}");
        }
    }
}
