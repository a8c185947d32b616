//! The two streams. Every sentence is looked up here, and strangers' text is made safe for a terminal on its way.

use std::io::{self, BufWriter, IsTerminal, Write};

use bulla_core::{Error, ErrorCode, Health};
use bulla_home::words::{self, Language};
use serde::Serialize;

use crate::failure::Outcome;
use crate::say::{self, Key};
use crate::{plain, when};

pub(crate) struct Output {
    json: bool,
    language: Language,
    out: BufWriter<Box<dyn Write>>,
    err: Box<dyn Write>,
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    code: ErrorCode,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

impl Output {
    pub(crate) fn standard(json: bool, language: Language) -> Self {
        Self { json, language, out: BufWriter::new(Box::new(io::stdout())), err: Box::new(io::stderr()) }
    }

    /// Whether a program reads the answer.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A sentence of the catalogue.
    pub(crate) fn text(&self, key: &Key, args: &[(&str, &str)]) -> String {
        debug_assert_eq!(key.params, args.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{}", key.name);
        let safe: Vec<_> = args.iter().map(|(name, value)| (*name, plain::line(value))).collect();
        let args: Vec<_> = safe.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        words::cli(self.language, key.name, &args)
    }

    /// The plain cause of a code.
    pub(crate) fn cause(&self, code: ErrorCode) -> String {
        words::error(self.language, &code.into()).0
    }

    /// What to do about a code.
    pub(crate) fn act(&self, code: ErrorCode) -> String {
        words::error(self.language, &code.into()).1
    }

    pub(crate) fn health(&self, health: Health) -> String {
        words::health(self.language, health)
    }

    /// A sentence on stderr. That nobody reads it is no reason to fail.
    pub(crate) fn note(&mut self, key: &Key, args: &[(&str, &str)]) {
        let text = self.text(key, args);
        self.remark(&text);
    }

    /// A warning on stderr: the command goes on.
    pub(crate) fn warn(&mut self, key: &Key, args: &[(&str, &str)]) {
        let text = self.text(key, args);
        let text = self.text(&say::WARNING, &[("text", &text)]);
        self.remark(&text);
    }

    /// Any text on stderr.
    pub(crate) fn remark(&mut self, text: &str) {
        let _ = writeln!(self.err, "{}", plain::lines(text));
    }

    /// A line on stdout.
    pub(crate) fn line(&mut self, text: &str) -> Outcome {
        Ok(writeln!(self.out, "{}", plain::line(text))?)
    }

    /// What a program takes as it is: a token, a card, a receipt.
    pub(crate) fn alone(&mut self, text: &str) -> Outcome {
        writeln!(self.out, "{text}")?;
        self.flush()
    }

    /// Bytes on stdout, unchanged unless they are shown on a terminal.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Outcome {
        if io::stdout().is_terminal() {
            let text = plain::lines(&String::from_utf8_lossy(bytes));
            self.out.write_all(text.as_bytes())?;
            if !text.ends_with('\n') {
                self.out.write_all(b"\n")?;
            }
        } else {
            self.out.write_all(bytes)?;
        }
        self.flush()
    }

    /// One JSON value on stdout.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> Outcome {
        let text = serde_json::to_string_pretty(value).map_err(|error| Error::new(ErrorCode::Internal).detail(error))?;
        writeln!(self.out, "{}", plain::json(&text))?;
        self.flush()
    }

    pub(crate) fn flush(&mut self) -> Outcome {
        Ok(self.out.flush()?)
    }

    /// A refusal: on stderr what happened, what it is about and what to do; with `--json` an object on stdout.
    pub(crate) fn refuse(&mut self, error: &Error) -> Outcome {
        let (cause, act) = words::error(self.language, error);
        let facts = self.facts(error);
        if self.json {
            let message = std::iter::once(cause).chain(facts).collect::<Vec<_>>().join(" ");
            return self.value(&ErrorAnswer { code: error.code(), message: &message, detail: error.detail_text() });
        }
        self.prefixed(&say::ERROR, &cause);
        for fact in facts {
            self.remark(&format!("bulla: {fact}"));
        }
        if let Some(detail) = error.detail_text() {
            self.prefixed(&say::DETAIL, detail);
        }
        let hint = say::hint(error.code()).map_or(act, |key| self.text(key, &[]));
        self.prefixed(&say::HINT, &hint);
        Ok(())
    }

    /// A refusal that is only a remark: what is under way goes on.
    pub(crate) fn refuse_line(&mut self, error: &Error) {
        let (cause, act) = words::error(self.language, error);
        self.prefixed(&say::ERROR, &cause);
        self.prefixed(&say::HINT, &act);
    }

    /// Names and dates that come with a refusal, those that people are told.
    fn facts(&self, error: &Error) -> Vec<String> {
        let told = error.params().iter().filter(|(_, value)| !value.is_empty());
        told.filter_map(|(name, value)| {
            let key = say::fact(name)?;
            let value = match name.as_str() {
                "reason" => {
                    ErrorCode::ALL.iter().find(|code| code.as_str() == value).map_or(value.clone(), |&code| self.cause(code))
                }
                "until" | "opens_at" => value.parse().map_or_else(|_| value.clone(), when::moment),
                _ => value.clone(),
            };
            Some(self.text(key, &[("value", &value)]))
        })
        .collect()
    }

    fn prefixed(&mut self, key: &Key, text: &str) {
        let text = self.text(key, &[("text", text)]);
        self.remark(&format!("bulla: {text}"));
    }
}
