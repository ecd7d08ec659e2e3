//! Both suppressors: equal to their references, and safe with any samples.

mod golden;
mod hostile;
mod light;
mod resting;
mod support;
