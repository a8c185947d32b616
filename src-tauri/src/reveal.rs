//! Showing an access token outside the page: a dialog of the system's toolkit, closed by a timer.

use bulla_core::AccessToken;
use tauri::WebviewWindow;

use crate::words::Words;

/// What the dialog says.
pub(crate) struct Reveal {
    pub(crate) label: String,
    pub(crate) token: AccessToken,
    pub(crate) words: &'static Words,
}

/// The dialog counts down and closes itself. Its text cannot be selected: copying is a command of its own, which clears
/// the clipboard again.
#[cfg(target_os = "linux")]
pub(crate) fn show(window: &WebviewWindow, reveal: Reveal) -> tauri::Result<()> {
    let parent = window.clone();
    window.run_on_main_thread(move || gtk_dialog(parent.gtk_window().ok().as_ref(), &reveal))
}

#[cfg(target_os = "linux")]
fn gtk_dialog(parent: Option<&gtk::ApplicationWindow>, reveal: &Reveal) {
    use gtk::glib::{ControlFlow, SourceId, timeout_add_seconds_local};
    use gtk::prelude::*;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    const SECONDS: u32 = 30;

    let words = reveal.words;
    let flags = gtk::DialogFlags::MODAL | gtk::DialogFlags::DESTROY_WITH_PARENT;
    let kind = gtk::MessageType::Other;
    let dialog = gtk::MessageDialog::new(parent, flags, kind, gtk::ButtonsType::None, &words.title(&reveal.label));
    dialog.set_title("Bulla");
    dialog.set_secondary_text(Some(&words.reveal_advice));
    dialog.add_button(&words.close, gtk::ResponseType::Close);
    dialog.set_default_response(gtk::ResponseType::Close);
    let closes = gtk::Label::new(Some(&words.closes_in(SECONDS)));
    if let Some(area) = dialog.message_area().downcast_ref::<gtk::Box>() {
        area.add(&token_label(reveal.token.expose()));
        area.add(&closes);
    }

    let left = Cell::new(SECONDS);
    let ticking: Rc<RefCell<Option<SourceId>>> = Rc::default();
    let (timed, ticked) = (dialog.downgrade(), ticking.clone());
    let source = timeout_add_seconds_local(1, move || {
        left.set(left.get().saturating_sub(1));
        closes.set_text(&words.closes_in(left.get()));
        if left.get() > 0 {
            return ControlFlow::Continue;
        }
        ticked.take();
        if let Some(dialog) = timed.upgrade() {
            dialog.response(gtk::ResponseType::Close);
        }
        ControlFlow::Break
    });
    ticking.replace(Some(source));
    dialog.connect_response(move |dialog, _| {
        if let Some(source) = ticking.take() {
            source.remove();
        }
        // Safe: gtk-rs destroys through a method that only widgets of ours may call.
        dialog.close();
    });
    dialog.show_all();
}

#[cfg(target_os = "linux")]
fn token_label(token: &str) -> gtk::Label {
    use gtk::pango::{AttrFontDesc, AttrList, FontDescription, WrapMode};
    use gtk::prelude::*;

    let label = gtk::Label::new(Some(token));
    let monospace = AttrList::new();
    monospace.insert(AttrFontDesc::new(&FontDescription::from_string("monospace")));
    label.set_attributes(Some(&monospace));
    label.set_line_wrap(true);
    label.set_line_wrap_mode(WrapMode::Char);
    label.set_max_width_chars(48);
    label.set_margin_top(12);
    label.set_margin_bottom(12);
    label
}

/// The message boxes of Windows and macOS have no timer and cannot be closed from here: the person closes it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn show(window: &WebviewWindow, reveal: Reveal) -> tauri::Result<()> {
    use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};

    let text = format!("{}\n\n{}", reveal.words.reveal_advice, reveal.token.expose());
    let title = reveal.words.title(&reveal.label);
    let close = MessageDialogButtons::OkCustom(reveal.words.close.clone());
    window.dialog().message(text).title(title).buttons(close).parent(window).show(|_| {});
    Ok(())
}
