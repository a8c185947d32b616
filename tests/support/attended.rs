//! A program that cannot outlive the test, however that ends.

use std::process::{Child, ChildStdout, Command, Stdio};

/// Ends the program when its own stdin does: the system closes that even for a test that is killed.
const ATTEND: &str = r#""$@" & program=$!; cat >/dev/null; { kill -KILL "$program"; wait; } 2>/dev/null"#;

/// A running program. Dropping it ends it.
#[derive(Debug)]
pub struct Attended(Child);

impl Attended {
    /// Starts a program that knows nothing about its stdin.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &Command) -> Self {
        let mut watch = Command::new("sh");
        watch.args(["-c", ATTEND, "sh"]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => watch.env(name, value),
                None => watch.env_remove(name),
            };
        }
        Self::start_by_itself(&mut watch)
    }

    /// Starts a program that ends by itself when its stdin does.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_by_itself(command: &mut Command) -> Self {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Self(started.unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }

    /// # Panics
    /// When the program does not read any more.
    pub fn tell(&mut self, line: &str) {
        use std::io::Write;
        let stdin = self.0.stdin.as_mut().expect("piped");
        writeln!(stdin, "{line}").expect("the program reads");
    }

    /// What the program says; to be taken once.
    ///
    /// # Panics
    /// When it was taken before.
    pub fn stdout(&mut self) -> ChildStdout {
        self.0.stdout.take().expect("taken once")
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
