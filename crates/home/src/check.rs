//! What a monitoring system asks: is there something a person must do?

use bulla_core::ports::Catalog;
use bulla_core::{ErrorCode, Health, Result, Severity, Thresholds};
use chrono::{DateTime, TimeDelta, Utc};

use crate::Home;

/// One connection's answer.
#[derive(Debug)]
pub struct Finding {
    /// Its label.
    pub label: String,
    /// How loudly to say it.
    pub severity: Severity,
    /// The one word.
    pub health: Health,
    /// What stands behind it.
    pub issues: Vec<ErrorCode>,
    /// When a person must have acted.
    pub deadline: Option<DateTime<Utc>>,
}

impl Home {
    /// Every connection's finding, worst first. Given thresholds replace those of section "warnings" for every life:
    /// whoever sets them wants exactly these.
    pub async fn check(&self, warning: Option<TimeDelta>, critical: Option<TimeDelta>) -> Result<Vec<Finding>> {
        let defaults = Thresholds::default();
        let mut findings = Vec::new();
        for connection in self.catalog().all().await? {
            if connection.removed_at.is_some() {
                continue;
            }
            let report = self.keeper().health(&connection, &defaults);
            let mut severity = report.severity;
            if let Some(deadline) = report.deadline.filter(|_| warning.is_some() || critical.is_some()) {
                let left = deadline - self.now();
                let asked = match (warning, critical) {
                    (_, Some(critical)) if left <= critical => Severity::Critical,
                    (Some(warning), _) if left <= warning => Severity::Warning,
                    _ => Severity::Ok,
                };
                // Dates alone are judged by the thresholds; what already needs a person stays what it is.
                severity = if matches!(report.health, Health::Healthy | Health::EndsSoon | Health::Held) {
                    asked
                } else {
                    severity.max(asked)
                };
            }
            findings.push(Finding {
                label: connection.label.as_str().to_owned(),
                severity,
                health: report.health,
                issues: report.issues,
                deadline: report.deadline,
            });
        }
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.label.to_lowercase()));
        Ok(findings)
    }
}
