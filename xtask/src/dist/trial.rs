//! Trials of what was made, from the file that is handed out.

mod archive;
mod c_exports;
mod c_library;
mod confined;
mod conversation;
mod glibc;
mod image;
mod native;
mod nupkg;
mod package;
mod unity;

pub(super) use archive::archive;
pub(super) use c_library::c_library;
pub(super) use image::image;
pub(super) use nupkg::nupkg;
pub(super) use package::{debian, npm};
pub(super) use unity::unity;
