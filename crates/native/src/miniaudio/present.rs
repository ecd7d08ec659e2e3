//! The bindings to miniaudio.

mod context;
mod device;
mod result;

pub use context::{Context, DeviceId};
pub use device::Device;
