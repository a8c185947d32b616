//! The fake Huntflow is only worth something if it behaves like the real one: its rules, asked byte by byte, and the
//! official Python client, which must not notice the difference.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod clock;
mod control;
mod knobs;
mod official_client;
mod raw;
mod reads;
mod refresh;
