//! miniaudio itself.

mod context;
mod device;
mod result;

pub use context::{Context, DeviceId};
pub use device::Device;
