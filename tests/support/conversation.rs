//! A program that is asked one line after the other, for clients of providers that take long to load.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running program that answers each line of its input with one line. It ends when its input does.
pub struct Conversation {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Conversation {
    /// # Panics
    /// When it can't be started.
    pub fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, out }
    }

    /// Says a line and returns the answer.
    ///
    /// # Panics
    /// When the program has ended.
    pub fn say(&mut self, line: &str) -> String {
        writeln!(self.child.stdin.as_mut().expect("it is piped"), "{line}").expect("the program listens");
        let mut answer = String::new();
        self.out.read_line(&mut answer).expect("the program answers");
        answer
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Its answers were judged; how it ends doesn't matter.
        let _ = self.child.wait();
    }
}
