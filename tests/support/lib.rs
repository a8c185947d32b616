//! What the tests share: fake providers that behave like the real ones, and the ways to run real clients against them.

#![allow(clippy::must_use_candidate, reason = "a test that ignores an answer is no danger to anyone")]

#[cfg(unix)]
pub mod attended;
#[cfg(unix)]
pub mod browser;
pub mod canary;
pub mod command;
pub mod conversation;
#[cfg(unix)]
pub mod desktop;
pub mod fake;
pub mod feishu;
pub mod google;
pub mod highlevel;
pub mod http;
pub mod huntflow;
#[cfg(unix)]
pub mod keyring;
pub mod many;
pub mod node;
#[cfg(unix)]
pub mod oidc;
#[cfg(target_os = "linux")]
pub mod opener;
pub mod patience;
#[cfg(target_os = "linux")]
pub mod processes;
pub mod python;
pub mod seat;
#[cfg(unix)]
pub mod webdriver;
pub mod world;
