//! The real command in real processes.

mod commands;
mod crashes;
mod explain;
mod processes;
mod trail;
