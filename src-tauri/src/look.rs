//! The desktop's language and appearance, for people who chose "system".

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::window::Color;

/// Read once at the start; the appearance also when the desktop changes it.
pub(crate) struct Look {
    language: String,
    dark: AtomicBool,
}

impl Look {
    pub(crate) fn new(language: Option<String>) -> Self {
        let language = language.filter(|tag| !tag.is_empty()).or_else(sys_locale::get_locale);
        Self { language: language.unwrap_or_else(|| "en".to_owned()), dark: AtomicBool::new(false) }
    }

    pub(crate) fn language(&self) -> String {
        self.language.clone()
    }

    pub(crate) fn is_dark(&self) -> bool {
        self.dark.load(Ordering::Relaxed)
    }

    /// Says whether that is news.
    pub(crate) fn set_dark(&self, dark: bool) -> bool {
        self.dark.swap(dark, Ordering::Relaxed) != dark
    }

    /// The page's own surface, shown until it has painted.
    pub(crate) fn background(&self, theme: &str) -> Color {
        const LIGHT: Color = Color(249, 246, 243, 255);
        const DARK: Color = Color(22, 18, 16, 255);
        let dark = theme == "dark" || (theme != "light" && self.is_dark());
        if dark { DARK } else { LIGHT }
    }
}
