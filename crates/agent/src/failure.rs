//! Why a command ends without having done what was asked.

use std::io;

use bulla_core::{Error, ErrorCode};

/// What a command returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

#[derive(Debug)]
pub(crate) enum Failure {
    /// Refused, or gone wrong: told by its code.
    Refused(Error),
    /// What should stand on stdout could not be written there.
    Output(io::Error),
    /// The arguments contradict each other in a way that only shows now. In English, as clap's own.
    Usage(&'static str),
    /// Everything has been said; only the exit code is left.
    Told(u8),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

pub(crate) fn no_runtime(error: &io::Error) -> Failure {
    Error::new(ErrorCode::Internal).detail(error).into()
}
