//! Columns that line up on a terminal, where a Chinese character is two cells wide.

use unicode_width::UnicodeWidthStr;

use crate::plain;

const GAP: &str = "  ";

/// Rows of text under a head. Columns that are empty in every row are left out.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: Vec<String>) -> Self {
        Self { head, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.iter().map(|cell| plain::line(cell).into_owned()).collect());
    }

    /// The table's lines, without blanks at their ends.
    pub(crate) fn lines(&self) -> Vec<String> {
        let kept: Vec<usize> = (0..self.head.len()).filter(|&at| self.rows.iter().any(|row| !cell(row, at).is_empty())).collect();
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let widths: Vec<usize> = kept.iter().map(|&at| all().map(|row| cell(row, at).width()).max().unwrap_or(0)).collect();
        all()
            .map(|row| {
                let cells = kept.iter().zip(&widths).map(|(&at, &width)| pad(cell(row, at), width));
                cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
            })
            .collect()
    }
}

/// Two columns without a head: names and what they stand for. Pairs with nothing to say are left out.
pub(crate) fn facts(pairs: &[(String, String)]) -> Vec<String> {
    let told: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let width = told.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    told.iter().map(|(name, value)| format!("{}{GAP}{}", pad(name, width), plain::line(value))).collect()
}

fn cell(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", String::as_str)
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn columns_line_up_by_cells_and_empty_ones_go() {
        let mut table = Table::new(owned(&["NAME", "PERSON", "STATE"]));
        table.row(&owned(&["王芳", "", "正常"]));
        table.row(&owned(&["Анна\u{1b}[1m", "", "Works"]));
        assert_eq!(table.lines(), ["NAME      STATE", "王芳      正常", "Анна [1m  Works"]);
    }

    #[test]
    fn facts_line_up() {
        let pairs = [("Label", "Anna"), ("Person", ""), ("状态", "ok")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(facts(&pairs), ["Label  Anna", "状态   ok"]);
    }
}
