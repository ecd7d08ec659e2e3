//! The inspector's page, and its diagnosis for users of other applications.

mod page;
mod third_party;
