//! The pages a fake shows a person: plain forms with real buttons, so that a browser nobody here wrote can press them.

use std::fmt::Write as _;

use super::answer::Canned;

/// What a page can hold. Texts are escaped when the page is written.
pub(crate) enum Element<'a> {
    Text(&'a str),
    /// A form that is sent by `POST` to this path.
    Form {
        action: &'a str,
        parts: Vec<Part<'a>>,
    },
}

/// What a form can hold.
pub(crate) enum Part<'a> {
    Hidden {
        name: &'a str,
        value: &'a str,
    },
    /// A ticked box that can be unticked.
    Ticked {
        name: &'a str,
        value: &'a str,
        label: &'a str,
    },
    Button {
        name: &'a str,
        value: &'a str,
        label: &'a str,
    },
}

/// A whole page. A button's `id` is its name and value joined by a dash, for a driver to find it by.
pub(crate) fn page(status: u16, title: &str, elements: &[Element<'_>]) -> Canned {
    let mut body = String::new();
    for element in elements {
        match element {
            Element::Text(text) => writes(&mut body, format_args!("<p>{}</p>\n", escape(text))),
            Element::Form { action, parts } => {
                writes(&mut body, format_args!("<form method=\"post\" action=\"{}\">\n", escape(action)));
                for part in parts {
                    write_part(&mut body, part);
                }
                body.push_str("</form>\n");
            }
        }
    }
    let title = escape(title);
    let whole = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><h1>{title}</h1>\n{body}</body></html>\n"
    );
    Canned::html(status, &whole).with_header("Cache-Control", "no-store")
}

fn write_part(body: &mut String, part: &Part<'_>) {
    match part {
        Part::Hidden { name, value } => {
            writes(body, format_args!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escape(name), escape(value)));
        }
        Part::Ticked { name, value, label } => {
            let (name, value, label) = (escape(name), escape(value), escape(label));
            let input = format!("<input type=\"checkbox\" name=\"{name}\" value=\"{value}\" checked>");
            writes(body, format_args!("<label>{input} {label}</label><br>\n"));
        }
        Part::Button { name, value, label } => {
            let (name, value, label) = (escape(name), escape(value), escape(label));
            let attributes = format!("type=\"submit\" id=\"{name}-{value}\" name=\"{name}\" value=\"{value}\"");
            writes(body, format_args!("<button {attributes}>{label}</button>\n"));
        }
    }
}

/// Text as it may stand in HTML, also inside quotes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn writes(body: &mut String, what: std::fmt::Arguments<'_>) {
    body.write_fmt(what).expect("a String takes everything");
}
