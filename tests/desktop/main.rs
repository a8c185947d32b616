//! The real window: WebKit, a real Secret Service, the real keeper, a faithful fake Huntflow. No mock between.

mod consent;
mod job;
mod keychain;
mod many;
mod steps;
mod trail;
