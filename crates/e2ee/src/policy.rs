//! The encryption policy, as signed by all members: an extension of the group's context, and the rule that it never
//! gets weaker.

use consonance_wire::{PlainRooms, Reader};
use mls_rs::error::IntoAnyError;
use mls_rs::extension::ExtensionType;
use mls_rs::group::{GroupContext, Roster};
use mls_rs::mls_rules::{CommitDirection, CommitOptions, CommitSource, EncryptionOptions, ProposalBundle};
use mls_rs::{Extension, ExtensionList, MlsRules};

/// The extension's type, of the range for private use (RFC 9420, section 17.3).
pub(crate) const POLICY: ExtensionType = ExtensionType::new(0xF0C5);

/// The rooms that are not encrypted by a context; `None` if it has no valid policy.
pub(crate) fn plain_rooms(extensions: &ExtensionList) -> Option<PlainRooms> {
    let extension = extensions.get(POLICY)?;
    let mut reader = Reader::new(extension.extension_data());
    let plain = PlainRooms::read(&mut reader).ok()??;
    reader.rest().is_empty().then_some(plain)
}

/// The extensions of a context with this policy.
pub(crate) fn extensions(plain: &PlainRooms) -> ExtensionList {
    let mut data = Vec::new();
    plain.write(&mut data);
    let mut list = ExtensionList::new();
    list.set(Extension::new(POLICY, data));
    list
}

/// The rules for commits, the same for all members.
#[derive(Clone, Debug)]
pub(crate) struct Rules;

/// A commit would change the group, or its encryption policy, in a way that is not allowed.
#[derive(Debug)]
pub(crate) struct NotAllowed;

impl IntoAnyError for NotAllowed {}

impl MlsRules for Rules {
    type Error = NotAllowed;

    fn filter_proposals(
        &self,
        _: CommitDirection,
        source: CommitSource,
        _: &Roster<'_>,
        context: &GroupContext,
        proposals: ProposalBundle,
    ) -> Result<ProposalBundle, Self::Error> {
        // Players come in because a member adds them, and the group stays what it is.
        let is_usual =
            proposals.reinit_proposals().is_empty() && proposals.external_init_proposals().is_empty();
        if !is_usual || matches!(source, CommitSource::NewMember(_)) {
            return Err(NotAllowed);
        }
        let former = plain_rooms(&context.extensions);
        for proposed in proposals.group_context_ext_proposals() {
            let plain = plain_rooms(&proposed.proposal).ok_or(NotAllowed)?;
            if former == Some(PlainRooms::Never) && plain != PlainRooms::Never {
                return Err(NotAllowed);
            }
        }
        Ok(proposals)
    }

    /// Each commit renews its maker's keys, which also fills the tree that a large first commit left sparse; the tree
    /// goes beside the Welcomes, since it is the same for all newcomers.
    fn commit_options(
        &self,
        _: &Roster<'_>,
        _: &GroupContext,
        _: &ProposalBundle,
    ) -> Result<CommitOptions, Self::Error> {
        Ok(CommitOptions::new()
            .with_path_required(true)
            .with_ratchet_tree_extension(false)
            .with_single_welcome_message(false))
    }

    fn encryption_options(&self, _: &Roster<'_>, _: &GroupContext) -> Result<EncryptionOptions, Self::Error> {
        Ok(EncryptionOptions::default())
    }
}
