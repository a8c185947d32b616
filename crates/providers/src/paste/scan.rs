//! Finds named and unnamed tokens in any text, in one pass over names, separators and words.
//!
//! One scanner instead of a parser per format: JSON, Python, `.env`, YAML, curl, tables and prose differ only in what
//! stands between a name and its value. A value right after a name and `:` or `=` may be anything; a value further away
//! must look like a token.

use super::{
    clean::{percent_decoded, unescaped},
    label::{Kind, name_at},
    token::{Token, is_hex},
};
use crate::environment::{Env, Environment, recognise};

/// What a text holds.
#[derive(Default)]
pub(super) struct Scan {
    /// Tokens with the names that stand before them.
    pub(super) named: Vec<(Kind, Token)>,
    /// Tokens of Huntflow's shape that nothing names.
    pub(super) unnamed: Vec<Token>,
    /// Links without tokens, as the environments they belong to.
    pub(super) links: Vec<Option<Environment>>,
    /// The environment an address names.
    pub(super) environment: Option<Environment>,
}

/// An API's address or a host's name, when the text is nothing else.
pub(super) fn address(text: &str) -> Option<Environment> {
    let text = text.trim();
    let found = recognise(text)?;
    let after = text.split_once("://").map(|(_, rest)| rest);
    let is_base = |rest: &str| {
        let rest = rest.trim_end_matches('/').to_ascii_lowercase();
        let base = found.base_url.as_str().split_once("://").map_or("", |(_, rest)| rest);
        rest.strip_suffix("/v2").map_or(found.env != Env::Custom && rest == base, |rest| rest == base)
    };
    after.is_none_or(is_base).then_some(found)
}

/// Scans cleaned text.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { text, at: 0, names: Names::default(), found: Scan::default() };
    scanner.run();
    scanner.found
}

/// The names that wait for their values: one, or the heads of a table.
#[derive(Default)]
struct Names {
    waiting: Vec<Kind>,
    /// Of a table, until there is one for each head.
    values: Vec<Token>,
    /// Nothing but separators since the last name.
    adjacent: bool,
    /// `:` or `=` since the last name.
    separated: bool,
    /// A new line since the last name.
    broken: bool,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    names: Names,
    found: Scan,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            if let Some((kind, end)) = name_at(self.text, self.at) {
                self.name(kind);
                self.at = end;
            } else if let Some(len) = url_len(self.rest()) {
                let url = &self.rest()[..len];
                self.at += len;
                self.url(url);
            } else if let Some(len) = bearer_len(self.rest()) {
                if !(self.names.adjacent && self.names.waiting.len() == 1) {
                    self.name(Kind::Access);
                    self.names.separated = true;
                }
                self.at += len;
            } else if is_word(c) && c != '=' {
                self.word();
            } else {
                self.sign(c);
                self.at += c.len_utf8();
            }
        }
        self.close();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What ends a value ends the wait for one: `"access_token": "", …`.
    fn sign(&mut self, c: char) {
        if self.names.separated && self.names.waiting.len() == 1 && matches!(c, ',' | ';' | '&' | '}' | ']') {
            self.close();
        }
        self.names.separated |= matches!(c, ':' | '=');
        self.names.broken |= c == '\n';
    }

    /// Names side by side are the heads of a table; a name after `:` or a word begins anew.
    fn name(&mut self, kind: Kind) {
        let side_by_side = self.names.adjacent && !self.names.separated && self.names.values.is_empty();
        if !side_by_side || self.names.waiting.contains(&kind) {
            self.close();
        }
        self.names.waiting.push(kind);
        (self.names.adjacent, self.names.separated, self.names.broken) = (true, false, false);
    }

    /// Ends the wait. A single value after several heads belongs to the nearest one.
    fn close(&mut self) {
        let names = std::mem::take(&mut self.names);
        let skip = if names.values.len() == 1 { names.waiting.len() - 1 } else { 0 };
        self.found.named.extend(names.waiting.into_iter().skip(skip).zip(names.values));
    }

    fn value(&mut self, token: Token) {
        if self.names.waiting.is_empty() {
            self.found.unnamed.push(token);
            return;
        }
        self.names.values.push(token);
        self.names.adjacent = false;
        if self.names.values.len() == self.names.waiting.len() {
            self.close();
        }
    }

    fn word(&mut self) {
        let quote = self.text[..self.at].chars().next_back().filter(|c| matches!(c, '"' | '\''));
        if self.names.adjacent && self.names.separated && !self.names.broken && self.names.waiting.len() == 1 {
            let (value, len) = self.raw_value(quote);
            if is_nothing(&value) {
                self.names = Names::default();
                self.at += len;
                return;
            }
            if let Some((token, len)) = self.joined().or_else(|| Some((self.plain_value(&value, len, quote)?, len))) {
                self.value(token);
                self.at += len;
                return;
            }
        }
        if let Some((token, len)) = self.joined() {
            self.value(token);
            self.at += len;
            return;
        }
        let word = self.loose_word();
        let after = self.at + word.len();
        let token = word.trim_end_matches(['.', ':', '!', '?']);
        if !self.names.waiting.is_empty() && looks_like_token(token) {
            if let Some(token) = Token::new(token) {
                self.value(token);
            }
        } else if !is_joiner(word) {
            self.filler(word, quote, &self.text[after..]);
        }
        self.at = after;
    }

    /// A word that is no value. Another key's name ends the wait for ours.
    fn filler(&mut self, word: &str, quote: Option<char>, after: &str) {
        let other_key = word.contains('=')
            || after.starts_with('=')
            || quote.is_some_and(|quote| after.strip_prefix(quote).is_some_and(|rest| rest.trim_start().starts_with(':')));
        if other_key {
            self.close();
        }
        self.names.adjacent = false;
        if word.to_ascii_lowercase().contains("huntflow.") {
            self.note(recognise(word.trim_end_matches(['.', ':'])), false);
        }
    }

    /// What stands right after a name and its separator, with escapes undone: to the closing quote, or to the next sign
    /// that no bare token has.
    fn raw_value(&self, quote: Option<char>) -> (zeroize::Zeroizing<String>, usize) {
        let rest = self.rest();
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        let quoted = quote.and_then(|quote| line.find(quote));
        let len = quoted.unwrap_or_else(|| line.find(|c: char| !is_word(c)).unwrap_or(line.len()));
        (unescaped(line[..len].trim_end_matches('\\')), len)
    }

    /// Short bare words count only at the end of their line or before a sign: `access_token: see below` holds none.
    fn plain_value(&self, value: &str, len: usize, quote: Option<char>) -> Option<Token> {
        let after = self.rest()[len..].trim_start_matches(' ');
        let quoted = quote.is_some_and(|quote| after.trim_start_matches('\\').starts_with(quote));
        if quoted && after.trim_start_matches(['\\', '"', '\'', ' ']).starts_with(':') {
            return None;
        }
        let next = self.at + (self.rest().len() - after.len());
        let ends =
            after.is_empty() || after.starts_with(|c| "\n\t,;&})]>|#\\\"'".contains(c)) || name_at(self.text, next).is_some();
        if !quoted && (name_at(self.text, self.at).is_some() || !(ends || looks_like_token(value))) {
            return None;
        }
        Token::new(if quoted { value } else { value.trim_end_matches(['.', '!', '?']) })
    }

    /// A token of Huntflow's shape at this place, put together again when a line break or a space halved it.
    fn joined(&self) -> Option<(Token, usize)> {
        let rest = self.rest();
        let mut pieces: Vec<&str> = Vec::new();
        let (mut at, mut total) = (0, 0);
        while let Some(piece) = rest[at..].split(|c: char| !is_word(c)).next().filter(|piece| is_hex(piece)) {
            pieces.push(piece);
            at += piece.len();
            total += piece.len();
            if total >= super::token::HEX_LEN {
                break;
            }
            let gap = rest[at..].len() - rest[at..].trim_start_matches([' ', '\n', '\t', '\\']).len();
            if gap == 0 {
                break;
            }
            at += gap;
        }
        Token::of_pieces(pieces.into_iter()).map(|token| (token, at))
    }

    /// Up to the next sign, name or address.
    fn loose_word(&self) -> &'a str {
        let rest = self.rest();
        let ends = |(at, c): &(usize, char)| !is_word(*c) || (*at > 0 && (name_at(self.text, self.at + at).is_some()));
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        let url = (1..end).filter(|&at| rest.is_char_boundary(at)).find(|&at| url_len(&rest[at..]).is_some());
        &rest[..url.unwrap_or(end)]
    }

    /// A link, unless its query or fragment carries tokens.
    fn url(&mut self, url: &str) {
        let mut carried = false;
        for part in url.split(['?', '&', '#']).skip(1) {
            let Some((name, value)) = part.split_once('=') else { continue };
            let Some((kind, _)) = (0..name.len()).find_map(|at| name_at_end(name, at)) else { continue };
            if let Some(token) = Token::new(&percent_decoded(value)) {
                self.found.named.push((kind, token));
                carried = true;
            }
        }
        let environment = recognise(url.trim_end_matches(['.', ':']));
        self.note(environment.clone(), url.contains("/v2"));
        if !carried {
            self.found.links.push(environment);
        }
        self.names.adjacent = false;
    }

    /// An unknown host counts only when the address is clearly an API's: texts link to all sorts of pages.
    fn note(&mut self, environment: Option<Environment>, api: bool) {
        let Some(environment) = environment.filter(|found| api || found.env != Env::Custom) else { return };
        let better = match &self.found.environment {
            None => true,
            Some(earlier) => earlier.env == Env::Custom && environment.env != Env::Custom,
        };
        if better {
            self.found.environment = Some(environment);
        }
    }
}

fn name_at_end(text: &str, at: usize) -> Option<(Kind, usize)> {
    if !text.is_char_boundary(at) {
        return None;
    }
    name_at(text, at).filter(|&(_, end)| end == text.len())
}

fn is_word(c: char) -> bool {
    !c.is_whitespace() && !"\"',;&<>(){}[]|\\:=".contains(c) || c == '='
}

fn is_joiner(word: &str) -> bool {
    ["and", "or", "и", "или", "/", "+", "-", "–", "—", "->", "=>", "→", "|", "="]
        .iter()
        .any(|joiner| word.eq_ignore_ascii_case(joiner))
        || word.chars().all(|c| matches!(c, '-' | '=' | '*' | '#' | '.'))
}

fn is_nothing(value: &str) -> bool {
    ["null", "none", "nil", "undefined", "true", "false"].iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
}

/// Long, with letters and digits, of the characters tokens are made of, and no host's name.
fn looks_like_token(word: &str) -> bool {
    let alphabet = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b));
    let mixed = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    word.len() >= 20
        && alphabet
        && mixed
        && !word.trim_end_matches('=').contains('=')
        && !(word.contains('.') && recognise(word).is_some())
}

fn url_len(text: &str) -> Option<usize> {
    let scheme =
        ["https://", "http://"].iter().find(|scheme| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))?;
    let end = text.find(|c: char| c.is_whitespace() || "\"'<>()[]{}|\\,;".contains(c)).unwrap_or(text.len());
    (end > scheme.len()).then_some(end)
}

/// `Bearer ` before a word on the same line, as in a header.
fn bearer_len(text: &str) -> Option<usize> {
    let scheme = text.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("bearer"))?;
    let rest = text[scheme.len()..].trim_start_matches(' ');
    let len = text.len() - rest.len();
    (len > scheme.len() && rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(len)
}
