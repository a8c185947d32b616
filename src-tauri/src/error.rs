//! A refusal as the page receives it. Words are the catalogues' business.

use bulla_core::{Error, ErrorCode};
use bulla_home::ErrorView;

/// What every command answers with.
pub(crate) type Answer<T> = Result<T, ErrorView>;

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
pub(crate) fn refused(error: Error) -> ErrorView {
    ErrorView { code: error.code(), params: error.params().clone(), detail: error.detail_text().map(ToOwned::to_owned) }
}

/// A fault of the desktop around us, such as a clipboard that cannot be reached.
pub(crate) fn fault(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::Internal).detail(error)
}

/// The vault is the trouble, and what needs no vault can still be shown.
pub(crate) fn is_vault_problem(code: ErrorCode) -> bool {
    code.is_vault_shut() || code.is_credential_gone()
}
