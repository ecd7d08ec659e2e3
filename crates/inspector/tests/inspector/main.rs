//! The inspector's page, and programs of others that read it.

mod page;
mod third_party;
