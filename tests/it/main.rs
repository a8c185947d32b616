//! The home in one process: every rule of renewal, doubt and custody against a faithful provider, under a manual clock.

mod consents;
mod custody;
mod doubt;
mod estimates;
mod keeping;
mod renewal;
mod vault_faults;
