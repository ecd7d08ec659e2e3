//! The protocol's packets, written and read.

mod end_reasons;
mod errors;
mod golden_vectors;
mod group_messages;
mod opus_packet {
    //! Opus packets, parsed and assembled.
    mod packer;
    mod packets;
}
mod properties;
