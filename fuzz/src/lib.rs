//! What the targets share: two people with fixed keys, a forger who has those keys too, and a provider on loopback.

pub mod check;
pub mod loopback;
pub mod people;
