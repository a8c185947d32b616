//! The real command in real processes.

mod commands;
mod crashes;
mod processes;
mod trail;
