//! Both suppressors: as their references, and safe with any samples.

mod golden;
mod hostile;
mod light;
mod resting;
mod support;
