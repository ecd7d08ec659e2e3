//! The control channel as a protocol of messages in streams, for the server's end.

use consonance_link::gateway::streams::{Found, MessageStream, StreamProtocol, StreamViolation};
use consonance_link::{EndCode, EndReason};
use prost::Message as _;

use crate::certificate::CertificateHash;
use crate::control::messages::{Authenticate, Reject, RejectType, VersionExchange};
use crate::control::{AUTHENTICATE, CONTROL_BYTES_MAX, Control, Frame, VERSION};
use crate::login::Login;
use crate::version::MumbleVersion;

/// The server's end of the control channel.
#[derive(Clone, Debug)]
pub(crate) struct ControlProtocol {
    /// The server's release name.
    pub(crate) release: String,
}

impl StreamProtocol for ControlProtocol {
    type Stream = ControlStream;

    fn open(&mut self) -> ControlStream {
        ControlStream {
            release: self.release.clone(),
            certificate: None,
            version: VersionExchange::default(),
            is_logged_in: false,
        }
    }

    fn message_bytes_max(&self) -> usize {
        CONTROL_BYTES_MAX
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "mumble"
    }
}

/// One client's control channel. Messages before its login are stored or ignored; later ones are reported as their
/// type, in two bytes, and their body.
#[derive(Debug)]
pub(crate) struct ControlStream {
    release: String,
    certificate: Option<CertificateHash>,
    version: VersionExchange,
    is_logged_in: bool,
}

impl ControlStream {
    fn handle_login(&mut self, authenticate: Authenticate, greeting: &mut Vec<u8>) {
        self.is_logged_in = true;
        let login = Login {
            version: MumbleVersion::of(&self.version),
            release: self.version.release.take().unwrap_or_default(),
            certificate: self.certificate,
            authenticate,
        };
        login.write(greeting);
    }

    fn handle_frame(&mut self, frame: Frame<'_>, message: &mut Vec<u8>) -> Result<Found, StreamViolation> {
        if self.is_logged_in {
            message.extend(frame.kind.to_be_bytes());
            message.extend_from_slice(frame.body);
            return Ok(Found::Message);
        }
        match frame.kind {
            kind if frame.body.len() > Control::bytes_max(kind) => return Err(TOO_LONG),
            VERSION => self.version = VersionExchange::decode(frame.body).map_err(|_| MALFORMED)?,
            AUTHENTICATE => {
                let authenticate = Authenticate::decode(frame.body).map_err(|_| MALFORMED)?;
                self.handle_login(authenticate, message);
                return Ok(Found::Greeting);
            }
            _ => {}
        }
        Ok(Found::Nothing)
    }
}

impl MessageStream for ControlStream {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        let version = VersionExchange {
            version_v1: Some(MumbleVersion::OURS.v1()),
            version_v2: Some(MumbleVersion::OURS.v2()),
            release: Some(self.release.clone()),
            ..VersionExchange::default()
        };
        Control::from(version).write(out);
        false
    }

    fn handle_certificate(&mut self, certificate: &[u8]) {
        self.certificate = Some(CertificateHash::of(certificate));
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        _out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        match Frame::read(stream) {
            Ok(Some(frame)) => Ok((frame.len(), self.handle_frame(frame, message)?)),
            Ok(None) => Ok((0, Found::Nothing)),
            Err(_) => Err(TOO_LONG),
        }
    }

    fn refuse(&mut self, reason: &str, out: &mut Vec<u8>) {
        reject(&EndReason::decode(reason.as_bytes())).write(out);
    }

    /// A message as it travels, head and all.
    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(message);
    }

    /// Sends the reason, unless it is empty because another message has already told the user.
    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        if !reason.is_empty() {
            self.refuse(reason, out);
        }
    }

    fn expel(&mut self, violation: StreamViolation, out: &mut Vec<u8>) {
        let reason = Some(violation.0.to_owned());
        Control::from(Reject { kind: Some(RejectType::None as i32), reason }).write(out);
    }
}

/// The last message to a client that is rejected or removed.
pub fn reject(reason: &EndReason) -> Control {
    let kind = match reason.code {
        EndCode::Password | EndCode::PasswordMissing | EndCode::PasswordWrong | EndCode::PasswordOrToken => {
            RejectType::WrongServerPassword
        }
        EndCode::Token
        | EndCode::TokenMissing
        | EndCode::TokenInvalid
        | EndCode::TokenSignature
        | EndCode::TokenExpired
        | EndCode::TokenEarly
        | EndCode::TokenSession
        | EndCode::TokenService
        | EndCode::PasswordAttempts
        | EndCode::PasswordAndToken => RejectType::AuthenticatorFail,
        // For a name in use, clients do not show the reason, but say that the name is in use.
        EndCode::Name | EndCode::NameTooLong | EndCode::NameOfToken | EndCode::NameReserved => {
            RejectType::InvalidUsername
        }
        EndCode::NameProtected | EndCode::NameInUse => RejectType::UsernameInUse,
        EndCode::Full | EndCode::SessionFull | EndCode::ServerFull | EndCode::MadeRoom => {
            RejectType::ServerFull
        }
        EndCode::Draining | EndCode::ShuttingDown | EndCode::Closing => RejectType::NoNewConnections,
        _ => RejectType::None,
    };
    Reject { kind: Some(kind as i32), reason: Some(reason.to_string()) }.into()
}

const TOO_LONG: StreamViolation = StreamViolation("a control message is too long");
const MALFORMED: StreamViolation = StreamViolation("malformed control message");

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> ControlStream {
        ControlProtocol { release: "Consonance".into() }.open()
    }

    fn read(stream: &mut ControlStream, bytes: &[u8]) -> (Result<(usize, Found), StreamViolation>, Vec<u8>) {
        let (mut message, mut out) = (Vec::new(), Vec::new());
        let read = stream.read(bytes, &mut message, &mut out);
        (read, message)
    }

    #[test]
    fn a_login_is_the_greeting_with_the_version_and_the_certificate_before_it() {
        let mut stream = stream();
        let mut bytes = Vec::new();
        let version = VersionExchange {
            version_v1: Some(0x0001_0304),
            release: Some("1.3.4".into()),
            ..Default::default()
        };
        Control::from(version).write(&mut bytes);
        stream.handle_certificate(b"abc");
        let (found, _) = read(&mut stream, &bytes);
        assert_eq!(found, Ok((bytes.len(), Found::Nothing)));
        let authenticate = Authenticate { username: Some("Ada".into()), ..Default::default() };
        bytes.clear();
        Control::from(authenticate.clone()).write(&mut bytes);
        let (found, greeting) = read(&mut stream, &bytes);
        assert_eq!(found, Ok((bytes.len(), Found::Greeting)));
        let version = MumbleVersion { major: 1, minor: 3, patch: 4 };
        let certificate = Some(CertificateHash::of(b"abc"));
        let expected = Login { version, release: "1.3.4".into(), certificate, authenticate };
        assert_eq!(Login::read(&greeting), Some(expected));
    }

    #[test]
    fn after_the_login_every_message_is_reported_with_its_type() {
        let mut stream = stream();
        stream.is_logged_in = true;
        let (found, message) = read(&mut stream, &[0, 1, 0, 0, 0, 2, 8, 9, 0]);
        assert_eq!((found, &*message), (Ok((8, Found::Message)), &[0, 1, 8, 9][..]));
    }

    #[test]
    fn what_is_too_long_or_no_login_ends_the_connection() {
        assert_eq!(read(&mut stream(), &[0, 2, 0, 0, 0, 1, 0xFF]).0, Err(MALFORMED));
        assert_eq!(read(&mut stream(), &[0, 2, 0xFF, 0, 0, 0]).0, Err(TOO_LONG));
    }

    #[test]
    fn the_reason_of_an_end_decides_what_the_client_offers() {
        for (code, kind) in [
            (EndCode::PasswordWrong, RejectType::WrongServerPassword),
            (EndCode::NameInUse, RejectType::UsernameInUse),
            (EndCode::NameReserved, RejectType::InvalidUsername),
            (EndCode::SessionFull, RejectType::ServerFull),
            (EndCode::Banned, RejectType::None),
        ] {
            let Control::Reject(reject) = reject(&EndReason::from(code)) else { panic!("it is a refusal") };
            assert_eq!(reject.kind(), kind, "{code:?}");
            assert!(!reject.reason().is_empty());
        }
    }
}
