//! What a page runs as WebAssembly, as a library on this machine, and the checked-in module in Node.js.

mod hostile;
mod page_member;
mod worker;
