//! A fake provider is only worth something if it behaves like the real one: its rules, asked byte by byte, and real
//! clients from the package indexes, which must not notice the difference.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod feishu;
mod google;
mod highlevel;
mod huntflow;
mod raw;
