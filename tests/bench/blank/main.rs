//! The yardstick of `./dev bench`: an empty window of the same Tauri, with nothing behind it.

fn main() {
    if let Err(error) = tauri::Builder::default().run(tauri::generate_context!("tests/bench/blank/tauri.conf.json")) {
        panic!("the blank window could not be opened: {error}");
    }
}
