//! From start to a usable dashboard, and the memory it then takes, against a blank window of the same Tauri; and how
//! long a keystroke in the filter takes at ten thousand connections.
//!
//! The moment a window is usable comes from its own page: the mark `ready`, set in the first frame after its first rows
//! are in the page. The moment of its start comes from a script that notes the time and then becomes the program.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::command::Stage;
use support::desktop::{Desktop, Keyring, Window, wait_for};
use support::many::fill_catalog;
use support::processes::{memory_of, of_program, settled};

use crate::figures::{Figure, Limit, Samples};
use crate::programs::{Desk, blank_window, window};

const ROUNDS: usize = 15;

/// One kind of window in a session of its own.
struct Subject {
    stage: Stage,
    desktop: Desktop,
    program: PathBuf,
    script: PathBuf,
    rows: Option<usize>,
    start: Samples,
    memory: Samples,
}

impl Subject {
    fn blank() -> Self {
        Self::new(blank_window(), None)
    }

    fn desk(rows: usize) -> Self {
        let subject = Self::new(window(), Some(rows));
        let desk = Desk { session: &subject.desktop, home: subject.stage.home("desk") };
        desk.run(&["--vault", "keychain", "sender"], "");
        fill_catalog(&desk.home, rows);
        subject
    }

    fn new(program: PathBuf, rows: Option<usize>) -> Self {
        let stage = Stage::new();
        let desktop = Desktop::start(&stage, "desk", Keyring::Unlocked);
        let script = desktop.folder().join("start");
        // By option, as a second profile is started: any variable of ours would make the window start itself once more
        // without it.
        let home = rows.map(|_| format!(" --home '{}'", stage.home("desk").display())).unwrap_or_default();
        let text = format!(
            "#!/bin/sh\nunset $(env | sed -n 's/^\\(BULLA_[A-Z_]*\\)=.*/\\1/p')\ndate +%s%N > '{}.at'\nexec '{}'{home}\n",
            script.display(),
            program.display()
        );
        std::fs::write(&script, text).expect("written");
        std::fs::set_permissions(&script, Permissions::from_mode(0o755)).expect("set");
        Self { stage, desktop, program, script, rows, start: Samples::default(), memory: Samples::default() }
    }

    fn open(&self) -> Window<'_> {
        self.desktop.open_program(&self.script)
    }

    fn measure(&mut self, counts: bool) {
        let window = self.open();
        let usable = window.run("return performance.timeOrigin + performance.getEntriesByName('ready')[0].startTime");
        let took = usable.as_f64().expect("a moment") - started(&self.script);
        self.all_rows(&window);
        let process = of_program(&self.program, self.desktop.folder()).expect("the window's process");
        let memory = settled(|| memory_of(process));
        window.close();
        wait_for("its end", || of_program(&self.program, self.desktop.folder()).is_none());
        if counts {
            self.start.add(took);
            self.memory.add(memory);
        }
    }

    fn all_rows(&self, window: &Window<'_>) {
        if let Some(rows) = self.rows {
            let shown = "document.querySelector('[data-testid=\"shown\"]')?.textContent.replace(/[^0-9]/g, '')";
            window.wait("all rows", &format!("return {shown} === '{rows}'"));
        }
    }
}

/// Milliseconds since 1970 at which the script became the program.
fn started(script: &Path) -> f64 {
    let text = std::fs::read_to_string(format!("{}.at", script.display())).expect("the script has run");
    text.trim().parse::<f64>().expect("nanoseconds") / 1e6
}

/// The two figures share their windows: each is opened once and looked at twice.
pub(crate) fn start_and_memory() -> Vec<Figure> {
    let (mut blank, mut ten, mut many) = (Subject::blank(), Subject::desk(10), Subject::desk(10_000));
    // The first start of each reads its files from the disk and does not count.
    for counts in std::iter::once(false).chain(std::iter::repeat_n(true, ROUNDS)) {
        // In turns, so that a busy machine is as busy for each.
        for subject in [&mut blank, &mut ten, &mut many] {
            subject.measure(counts);
        }
    }
    let against = |name, unit, ours: &Samples, samples: &Samples, at_most| Figure {
        name,
        unit,
        ours: ours.clone(),
        limit: Limit::Ratio { baseline: "a blank window", samples: samples.clone(), at_most },
    };
    vec![
        against("start, 10 connections", "ms", &ten.start, &blank.start, 1.3),
        against("start, 10,000 connections", "ms", &many.start, &blank.start, 1.3),
        against("memory, 10 connections", "MB", &ten.memory, &blank.memory, 1.25),
        against("memory, 10,000 connections", "MB", &many.memory, &blank.memory, 1.25),
    ]
}

pub(crate) fn filter() -> Vec<Figure> {
    const KEYSTROKES: usize = 40;
    let desk = Subject::desk(10_000);
    let window = desk.open();
    desk.all_rows(&window);
    for number in 0..KEYSTROKES / 10 {
        for text in ["c", "co", "con", "conn", "conn ", "conn 9", "conn 99", "person 7", "name", "company 1"] {
            window.fill("search", &format!("{text}{}", if number % 2 == 0 { "" } else { " " }));
        }
    }
    let read = |script: &str| {
        let mut samples = Samples::default();
        for sample in window.run(script).as_array().expect("a list") {
            samples.add(sample.as_f64().expect("milliseconds"));
        }
        samples
    };
    let ours = read("return performance.getEntriesByName('filter').map((entry) => entry.duration)");
    window.close();
    vec![Figure {
        name: "a keystroke in the filter, 10,000 connections",
        unit: "ms",
        ours,
        limit: Limit::Median { at_most: 16.0 },
    }]
}
