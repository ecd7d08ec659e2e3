//! In steady state nothing is allocated. The count is process-wide, so each test runs alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod capture;
mod denoise;
mod mixer;

use consonance_testing::cost::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;
