//! Reads a printed PDF back, as a person's programs would (poppler-utils must be installed).

use std::io::Write;
use std::process::{Command, Stdio};

use domain::paper::ShortId;
use uuid::Uuid;

/// The short id of the papers of tests: «27ZZ-0001».
pub(crate) fn short_id() -> ShortId {
    ShortId::of(Uuid::from_u128(0x0193_0000_0000_7000_8000_0011_FFF0_0001))
}

/// The text in reading order, every run of blanks as one space.
pub(crate) fn text(pdf: &[u8]) -> String {
    let text = poppler("pdftotext", &["-", "-"], pdf);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As [`text`], in the order it was put there: a table row by row.
pub(crate) fn rows(pdf: &[u8]) -> String {
    let text = poppler("pdftotext", &["-raw", "-", "-"], pdf);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The family names of the fonts, each checked to be embedded.
pub(crate) fn fonts(pdf: &[u8]) -> String {
    let listed = poppler("pdffonts", &["-"], pdf);
    for line in listed.lines().skip(2) {
        assert!(
            line.contains("yes yes yes"),
            "not embedded, subset and mapped: {line}"
        );
    }
    listed
}

/// The number of pages, after checking that every word stands within the margins.
pub(crate) fn pages_within_margins(pdf: &[u8]) -> usize {
    const MM: f64 = 72.0 / 25.4;
    const SLACK: f64 = 0.5;
    let boxes = poppler("pdftotext", &["-bbox", "-", "-"], pdf);
    for word in boxes.lines().filter(|line| line.contains("<word ")) {
        let (left, right) = (edge(word, "xMin"), edge(word, "xMax"));
        assert!(left >= 30.0 * MM - SLACK, "left of the margin: {word}");
        assert!(right <= 195.0 * MM + SLACK, "right of the margin: {word}");
        assert!(edge(word, "yMax") <= 297.0 * MM, "below the paper: {word}");
    }
    boxes.matches("<page ").count()
}

/// Where the word furthest to the right ends, in millimetres.
pub(crate) fn right_edge(pdf: &[u8]) -> f64 {
    let boxes = poppler("pdftotext", &["-bbox", "-", "-"], pdf);
    let words = boxes.lines().filter(|line| line.contains("<word "));
    let edges = words.map(|word| edge(word, "xMax") * 25.4 / 72.0);
    edges.fold(0.0, f64::max)
}

fn edge(word: &str, name: &str) -> f64 {
    let (_, rest) = word.split_once(&format!("{name}=\"")).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("poppler-utils is installed");
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} refuses the file");
    String::from_utf8(output.stdout).unwrap()
}
