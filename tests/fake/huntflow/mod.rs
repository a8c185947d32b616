//! Huntflow's rules, asked byte by byte, and its official Python client.

mod clock;
mod control;
mod knobs;
mod official_client;
mod reads;
mod refresh;
