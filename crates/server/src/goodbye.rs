//! What programs are told of why somebody is sent away, beside the words.

use std::time::Duration;

use consonance_session::CloseReason;
use consonance_transport::{Goodbye, GoodbyeCode};

use crate::admission::Refusal;
use crate::directory::SessionRefusal;
use crate::token::TokenError;

/// Of a link that a session closes.
pub(crate) fn of_close(reason: &CloseReason) -> Goodbye {
    let code = match reason {
        CloseReason::NameProtected
        | CloseReason::NameInUse
        | CloseReason::NameTooLong { .. }
        | CloseReason::NameTakenOver => GoodbyeCode::Name,
        CloseReason::NotAdmitted | CloseReason::VisitEnded => GoodbyeCode::Token,
        CloseReason::SessionFull | CloseReason::AtItsLimit { .. } => GoodbyeCode::Full,
        CloseReason::Stopped | CloseReason::Draining => GoodbyeCode::Closing,
        CloseReason::CodecRefused => GoodbyeCode::Version,
        CloseReason::Abuse { .. } => GoodbyeCode::Abuse,
        _ => GoodbyeCode::Other,
    };
    let retry_in = match reason {
        CloseReason::AtItsLimit { retry_in_s } => Some(Duration::from_secs((*retry_in_s).into())),
        _ => None,
    };
    Goodbye { code, retry_in }
}

/// Of a player who is not let in.
pub(crate) fn of_refusal(refusal: &Refusal) -> Goodbye {
    let code = match refusal {
        Refusal::Token(TokenError::OtherName { .. }) | Refusal::NameReserved => GoodbyeCode::Name,
        Refusal::Token(_) => GoodbyeCode::Token,
        Refusal::PasswordMissing
        | Refusal::PasswordWrong
        | Refusal::TooManyGuesses { .. }
        | Refusal::EitherMissing
        | Refusal::BothMissing => GoodbyeCode::Password,
        Refusal::Banned(_) => GoodbyeCode::Banned,
        Refusal::Denied { .. } | Refusal::HookFailed => GoodbyeCode::Other,
    };
    let retry_in = match refusal {
        Refusal::TooManyGuesses { wait_s } => Some(Duration::from_secs(*wait_s)),
        _ => None,
    };
    Goodbye { code, retry_in }
}

/// Of a client that does not come into the session that it names.
pub(crate) fn of_session(refusal: &SessionRefusal) -> Goodbye {
    Goodbye::from(match refusal {
        SessionRefusal::Unknown { .. } => GoodbyeCode::Other,
        SessionRefusal::Full { .. } => GoodbyeCode::Full,
        SessionRefusal::Elsewhere { .. } => GoodbyeCode::Elsewhere,
    })
}
