//! Trials of what was made, from the file that is handed out.

mod archive;
mod c_exports;
mod c_library;
mod confined;
mod conversation;
mod crates;
mod debian_python;
mod image;
mod interpreter;
mod native;
mod nupkg;
mod package;
mod unavailable;
mod unity;
mod wheel;
mod windows_python;

pub(super) use archive::archive;
pub(super) use c_library::c_library;
pub(super) use crates::crates;
pub(super) use image::image;
pub(super) use nupkg::nupkg;
pub(super) use package::{debian, npm};
pub(super) use unity::unity;
pub(super) use wheel::wheel;
