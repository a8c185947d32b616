//! Every command of the page, one file per family. Each only forwards: what it means is the home's business.

mod connections;
mod consents;
mod hand_over;
mod outside;
mod paste;
mod servers;
mod whole;

use std::sync::Arc;

pub(crate) use connections::*;
pub(crate) use consents::*;
pub(crate) use hand_over::*;
pub(crate) use outside::*;
pub(crate) use paste::*;
pub(crate) use servers::*;
pub(crate) use whole::*;

/// The window's state, as commands receive it.
type Desk<'a> = tauri::State<'a, Arc<crate::desk::Desk>>;
