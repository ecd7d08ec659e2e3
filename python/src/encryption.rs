//! The state of the end-to-end encryption as the arguments of `consonance.EncryptionStatus`.

use consonance::{EncryptedMember, EncryptionStatus, Recognition};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::events::encryption_state;

/// State, epoch, safety number and members, each of these as the arguments of `consonance.EncryptedMember`.
type Told<'py> = (&'static str, Option<u64>, Option<String>, Vec<Bound<'py, PyDict>>);

/// The encryption state, as a program sees it.
///
/// # Errors
/// If Python has no memory.
pub(crate) fn told<'py>(py: Python<'py>, status: &EncryptionStatus) -> PyResult<Told<'py>> {
    let members = status.members.iter().map(|one| member(py, one)).collect::<PyResult<_>>()?;
    let number = status.safety_number.as_ref().map(ToString::to_string);
    Ok((encryption_state(status.state), status.epoch, number, members))
}

fn member<'py>(py: Python<'py>, member: &EncryptedMember) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("name", &member.name)?;
    fields.set_item("account", &member.account)?;
    fields.set_item("purpose", &member.purpose)?;
    fields.set_item("safety_number", member.safety_number.as_ref().map(ToString::to_string))?;
    fields.set_item("is_confirmed", member.is_confirmed)?;
    fields.set_item("is_local", member.is_local)?;
    let recognition = member.recognition.map(|recognition| match recognition {
        Recognition::New => "new",
        Recognition::Known => "known",
        Recognition::Verified => "verified",
        Recognition::Changed { .. } => "changed",
    });
    fields.set_item("recognition", recognition)?;
    Ok(fields)
}
