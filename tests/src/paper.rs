//! Papers as they come out: waited for on the page that says they are being made, and read back by
//! their words.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use reqwest::{Method, StatusCode};

use crate::{Browser, Page};

/// A file: at once, or after the page that says it is being made.
///
/// # Panics
/// If the page says anything else, or nothing comes within minutes.
pub async fn file(browser: &Browser, path: &str) -> Vec<u8> {
    let mut path = path.to_owned();
    // Minutes at most: what the page promises must come.
    for _ in 0..1500 {
        let answer = browser.request(Method::GET, &path).send().await.unwrap();
        if answer.status() == StatusCode::SEE_OTHER {
            path = answer.headers()["location"].to_str().unwrap().to_owned();
        } else if let Some(name) = answer.headers().get("content-disposition") {
            let name = name.to_str().unwrap();
            assert!(name.starts_with("attachment;"), "{name}");
            return answer.bytes().await.unwrap().to_vec();
        } else {
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let page = browser.get(&path).await;
            match page.heading().as_str() {
                "Документ готовится…" => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                "Документ готов" => path += "/file",
                other => panic!("{other}: {}", page.told()),
            }
        }
    }
    panic!("the worker makes nothing of {path}");
}

/// The file of a printout that was asked for by `pressed`, whose page offers it as `label`.
///
/// # Panics
/// As [`file`], and if the page offers something else.
pub async fn made(browser: &Browser, pressed: &Page, label: &str) -> Vec<u8> {
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.told());
    // A quick worker's file is led to at once.
    let path = pressed.location.clone().unwrap();
    let path = path.trim_end_matches("/file");
    let file = file(browser, path).await;
    let page = browser.get(path).await;
    assert!(page.body.contains(label), "{}", page.body);
    file
}

/// The words of each page.
///
/// # Panics
/// If it is no PDF.
#[must_use]
pub fn pages(pdf: &[u8]) -> Vec<String> {
    let text = text(pdf);
    let mut pages: Vec<String> = text
        .split('\u{c}')
        .map(|page| page.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(pages.pop().unwrap(), "", "after the last page");
    pages
}

/// The words of a PDF as they were put there, without blanks.
///
/// # Panics
/// As [`pages`].
#[must_use]
pub fn words(pdf: &[u8]) -> String {
    bare(&text(pdf))
}

/// A text without what a line break may change.
#[must_use]
pub fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{200b}')
        .collect()
}

fn text(pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&pdf).unwrap());
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
