//! The migrations are compiled in: a change of them is a change of this crate.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
