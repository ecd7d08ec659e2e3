//! The members of an encrypted session as lines: their names, and the values to compare with them.

use consonance::{
    AccountProof, EncryptedMember, EncryptionState, EncryptionStatus, Recognition, SafetyNumber,
};
use consonance_wire::names::visible;

/// The output of `/members`.
pub(super) fn in_words(status: &EncryptionStatus) -> Vec<String> {
    match status.state {
        EncryptionState::On => {}
        EncryptionState::Waiting => return vec!["no keys: nothing is sent or heard".into()],
        EncryptionState::Off => return vec!["this session is not encrypted from end to end".into()],
    }
    let mut lines = match &*status.plain_rooms {
        [] => vec!["only these members can hear:".to_owned()],
        rooms => vec![
            format!("NOT encrypted, as a player there cannot encrypt: {}", visible(&rooms.join(", "))),
            "only these members can hear in the other rooms:".to_owned(),
        ],
    };
    lines.extend(status.members.iter().flat_map(member));
    if let Some(number) = &status.safety_number {
        lines.push("all members see the same:".into());
        lines.extend(number_lines(number));
    }
    lines
}

/// Splits a line into a member's name and the rest; if it begins with no member's name, into the first word and the
/// rest.
pub(super) fn split_name<'l>(members: &[EncryptedMember], line: &'l str) -> (&'l str, &'l str) {
    let named = members.iter().filter_map(|member| {
        let rest = line.strip_prefix(&*member.name)?;
        (rest.is_empty() || rest.starts_with(' ')).then_some(member.name.len())
    });
    let end = named.max().or_else(|| line.find(' ')).unwrap_or(line.len());
    let (name, reason) = line.split_at(end);
    (name, reason.trim())
}

fn member(member: &EncryptedMember) -> Vec<String> {
    let purpose = member.purpose.as_ref().map(|purpose| format!(", here for {}", visible(purpose)));
    let account = member.account.as_ref().map(|account| match member.account_proof {
        AccountProof::Attested => format!(", account {}", visible(account)),
        AccountProof::Rejected => format!(", NOT account {} (invalid attestation)", visible(account)),
        AccountProof::Claimed => format!(", claims account {}", visible(account)),
    });
    let said = [purpose, account].into_iter().flatten().collect::<String>();
    let state = match member.recognition {
        None => format!(" (you, with key {})", member.key),
        Some(Recognition::Verified) => ": verified".into(),
        Some(Recognition::Changed { .. }) => ": has another key than before, compare:".into(),
        Some(Recognition::New | Recognition::Known) => ": compare, then type /verify and the name:".into(),
    };
    let mut line = format!("  {}{said}{state}", visible(&member.name));
    if !member.is_confirmed {
        line += " (has not confirmed these keys yet)";
    }
    let number = member.safety_number.as_ref().filter(|_| member.recognition != Some(Recognition::Verified));
    [line].into_iter().chain(number.into_iter().flat_map(number_lines)).collect()
}

fn number_lines(number: &SafetyNumber) -> [String; 2] {
    [format!("    {number}"), format!("    {}", number.digits().join(" "))]
}
