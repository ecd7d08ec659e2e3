//! Packets of Opus, taken apart and put together.

mod packer;
mod packets;
