//! Numbered places where tests kill the process, to prove that nothing is lost there.

/// Marks a step of renewal, hand-over or opening. Without the `test-hooks` feature this is nothing; with it the
/// process aborts here when `BULLA_CRASH_AT` names this point, exactly as `kill -9` would.
#[inline]
pub fn crash_point(name: &str) {
    #[cfg(feature = "test-hooks")]
    if std::env::var_os("BULLA_CRASH_AT").is_some_and(|at| at == *name) {
        std::process::abort();
    }
    #[cfg(not(feature = "test-hooks"))]
    let _ = name;
}
