//! Tells Tauri which commands exist, so that each needs its own permission: without this any page in the window
//! could call all of them.

include!("src/command_list.rs");

macro_rules! names {
    ($($name:ident),*) => { &[$(stringify!($name)),*] };
}

const CAPABILITIES: &str = "./src-tauri/capabilities/**/*";

fn main() {
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/src/command_list.rs");
    let commands = tauri_build::AppManifest::new().commands(with_commands!(names));
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern(CAPABILITIES).app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
