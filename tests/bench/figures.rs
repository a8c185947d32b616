//! What was measured, against which yardstick, and whether it is within its limit.

use std::path::Path;

use serde_json::{Value, json};

/// Samples of one thing, in one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn add(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// The value that `share` (0..1) of the samples do not exceed.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a small count")]
        let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    fn json(&self) -> Value {
        let rounded: Vec<_> = self.0.iter().map(|sample| (sample * 1000.0).round() / 1000.0).collect();
        json!({"median": self.median(), "p90": self.at(0.9), "count": self.0.len(), "samples": rounded})
    }
}

/// One figure: its samples, its baseline's, and what is allowed.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: Samples,
    pub(crate) limit: Limit,
}

/// What a figure must not exceed.
pub(crate) enum Limit {
    /// A multiple of what something else takes in the same run.
    Ratio { baseline: &'static str, samples: Samples, at_most: f64 },
    /// A median in the figure's own unit.
    Median { at_most: f64 },
}

impl Figure {
    /// What is compared with the limit.
    fn value(&self) -> f64 {
        match &self.limit {
            Limit::Ratio { samples, .. } => self.ours.median() / samples.median(),
            Limit::Median { .. } => self.ours.median(),
        }
    }

    fn at_most(&self) -> f64 {
        match self.limit {
            Limit::Ratio { at_most, .. } | Limit::Median { at_most } => at_most,
        }
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.value() <= self.at_most()
    }

    /// One line for the terminal.
    pub(crate) fn line(&self) -> String {
        let mark = if self.is_kept() { "ok  " } else { "OVER" };
        let ours = format!("{:.1} {}", self.ours.median(), self.unit);
        match &self.limit {
            Limit::Ratio { baseline, samples, at_most } => format!(
                "{mark} {}: {ours}, {:.2} × {baseline} ({:.1} {}); at most {at_most} ×",
                self.name,
                self.value(),
                samples.median(),
                self.unit
            ),
            Limit::Median { at_most } => format!("{mark} {}: {ours}; at most {at_most} {}", self.name, self.unit),
        }
    }

    fn json(&self) -> Value {
        let limit = match &self.limit {
            Limit::Ratio { baseline, samples, at_most } => {
                json!({"baseline": baseline, "baseline_samples": samples.json(), "ratio": self.value(), "ratio_at_most": at_most})
            }
            Limit::Median { at_most } => json!({"median_at_most": at_most}),
        };
        json!({"name": self.name, "unit": self.unit, "ours": self.ours.json(), "limit": limit, "kept": self.is_kept()})
    }
}

/// Writes the figures of one subject with what they were measured on.
///
/// # Panics
/// When the file cannot be written.
pub(crate) fn write(folder: &Path, subject: &str, machine: &Value, figures: &[Figure]) {
    let figures: Vec<_> = figures.iter().map(Figure::json).collect();
    let all = json!({"command": format!("./dev bench {subject}"), "machine": machine, "figures": figures});
    std::fs::create_dir_all(folder).expect("a folder");
    let text = serde_json::to_string_pretty(&all).expect("JSON");
    std::fs::write(folder.join(format!("{subject}.json")), text + "\n").expect("written");
}
