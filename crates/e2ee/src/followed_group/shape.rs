//! The size and shape that the messages of honest members have. A server verifies no signature, of which each takes as
//! long as relaying hundreds of frames, before it has seen that there are no more of them than it asked for.

use consonance_session::AskedCommit;
use consonance_wire::PlainRooms;
use consonance_wire::limits::GROUP_MESSAGE_UNASKED_BYTES_MAX;
use mls_rs::crypto::HpkePublicKey;
use mls_rs::group::proposal::Proposal;
use mls_rs::mls_rs_codec::{MlsDecode, MlsEncode};
use mls_rs::{KeyPackage, MlsMessage};

/// A member's leaf: it was in a key package, which is a short message.
const LEAF_BYTES_MAX: usize = GROUP_MESSAGE_UNASKED_BYTES_MAX;
/// The rest of a message with one leaf: group context, signature, tags, and the keys on the path of a commit, one for
/// each level of the tree.
const HEAD_BYTES_MAX: usize = 2048;
/// A secret of the path, encrypted to one member (RFC 9420, section 7.6): an X25519 key, 32 bytes with a tag of 16, and
/// their lengths.
const SECRET_BYTES: usize = 96;
const REMOVAL_BYTES: usize = 16;

/// Whether the description of a new group is no larger than that of one with a single member.
pub(super) fn is_of_one_member(info: &[u8], plain: &PlainRooms) -> bool {
    info.len() <= LEAF_BYTES_MAX + HEAD_BYTES_MAX + policy_bytes(plain)
}

/// Whether a commit is no larger than one with the requested changes, in a group of so many members.
pub(super) fn has_size_of(asked: &AskedCommit<'_>, members: usize, commit: &[u8]) -> bool {
    let adds: usize = asked.adds.iter().map(|add| add.message.len()).sum();
    let secrets = members * SECRET_BYTES;
    let removes = asked.removes.len() * REMOVAL_BYTES;
    commit.len() <= LEAF_BYTES_MAX + HEAD_BYTES_MAX + policy_bytes(asked.plain) + adds + removes + secrets
}

/// Whether a commit has no more changes than were requested, and takes no key of a newcomer that it leaves out, who
/// could not be added any more.
pub(super) fn has_changes_of(asked: &AskedCommit<'_>, message: &MlsMessage) -> bool {
    let (mut adds, mut removes, mut policies) = (0, 0, 0);
    for proposal in message.proposals_by_value() {
        match proposal {
            Proposal::Add(_) => adds += 1,
            Proposal::Remove(_) => removes += 1,
            Proposal::GroupContextExtensions(_) => policies += 1,
            _ => return false,
        }
    }
    let own = message.commit_path_leaf_node().map(|leaf| &leaf.public_key);
    let takes_key_of = |add: &[u8]| {
        let key_package = MlsMessage::from_bytes(add).ok().and_then(MlsMessage::into_key_package);
        own.is_some() && key_package.and_then(|it| leaf_key(&it)).as_ref() == own
    };
    adds <= asked.adds.len()
        && removes <= asked.removes.len()
        && policies <= 1
        && !asked.adds.iter().any(|add| takes_key_of(add.message))
}

/// The key that others encrypt to, of the leaf in a key package, whose fields are its version and suite, the init key
/// and the leaf, which begins with that key (RFC 9420, sections 7.2 and 10).
pub(super) fn leaf_key(key_package: &KeyPackage) -> Option<HpkePublicKey> {
    let bytes = key_package.mls_encode_to_vec().ok()?;
    let mut rest = bytes.get(4..)?;
    let init = HpkePublicKey::mls_decode(&mut rest).ok()?;
    let leaf = HpkePublicKey::mls_decode(&mut rest).ok()?;
    (init == key_package.hpke_init_key).then_some(leaf)
}

/// The policy is in a new group's context, and once more in a commit that changes it.
fn policy_bytes(plain: &PlainRooms) -> usize {
    let mut bytes = Vec::new();
    plain.write(&mut bytes);
    2 * bytes.len()
}

#[cfg(test)]
mod tests {
    use mls_rs::{ExtensionList, MlsMessage};

    use super::*;
    use crate::member::mls;
    use crate::{Credential, IdentityKey, policy};

    fn client(name: &str) -> mls_rs::Client<impl mls_rs::client_builder::MlsConfig + use<>> {
        mls::client(&IdentityKey::generate().unwrap(), &Credential::new(name).unwrap())
    }

    #[test]
    fn a_description_is_read_if_it_is_as_long_as_that_of_one_member_and_not_that_of_many() {
        let name = "n".repeat(Credential::NAME_BYTES_MAX);
        let policy = policy::extensions(&PlainRooms::Never);
        let empty = ExtensionList::new;
        let mut group = client(&name).create_group_with_id(vec![7], policy, empty(), None).unwrap();
        let describe = |info: Result<MlsMessage, _>| info.unwrap().to_bytes().unwrap();
        let alone = describe(group.group_info_message(true));
        assert!(is_of_one_member(&alone, &PlainRooms::Never));
        let mut builder = group.commit_builder();
        for number in 0..50 {
            let newcomer = client(&number.to_string());
            let key_package = newcomer.generate_key_package_message(empty(), empty(), None).unwrap();
            builder = builder.add_member(key_package).unwrap();
        }
        builder.build().unwrap();
        group.apply_pending_commit().unwrap();
        let many = describe(group.group_info_message(true));
        assert!(!is_of_one_member(&many, &PlainRooms::Never), "{} bytes", many.len());
    }
}
