//! Consent as a person gives it: this program's flow, a real Chromium, a real authorization server.

mod at_once;
mod command;
mod ending;
mod family;
mod google;
mod pages;
mod scene;
mod server;
mod strays;
mod tools;
