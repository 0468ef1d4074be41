//! Looks at printing from outside: how many one-page applications a core prints in a second
//! (`rate [SECONDS]`), and the sample of every kind as a file (`samples FOLDER`).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line: what it finds is what it prints"
)]

use std::{
    env, fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use documents::{application, sample, sample_application};
use domain::template::TemplateKind;

const SECONDS: u64 = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rate"] => rate(SECONDS),
        ["rate", seconds] => rate(seconds.parse().unwrap_or(SECONDS)),
        ["samples", folder] => samples(Path::new(folder)),
        _ => {
            println!("papers rate [SECONDS] | papers samples FOLDER");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn letterhead() -> Vec<String> {
    ["В аттестационную комиссию", "Департамента образования"]
        .map(str::to_owned)
        .into()
}

/// Prints applications one after another, no two alike, on this one thread.
fn rate(seconds: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut form = sample_application(&letterhead());
    // The first also reads the fonts.
    let first = application(&form)?.print()?;
    if first.sheets != 1 {
        return Err(format!("the sample has {} sheets, not 1", first.sheets).into());
    }
    let (begun, most) = (Instant::now(), Duration::from_secs(seconds));
    let mut printed = 0_u32;
    while begun.elapsed() < most {
        printed += 1;
        form.version = printed;
        form.applicant.name.surname = format!("Образцовой-{printed}");
        form.results[0] = format!("таблицы с результатами, {printed} листов");
        application(&form)?.print()?;
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{printed} applications in {took:.1} s: {:.1} a second",
        f64::from(printed) / took
    );
    Ok(())
}

fn samples(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    for kind in TemplateKind::ALL {
        let printed = sample(kind, &letterhead())?.print()?;
        fs::write(folder.join(format!("{}.pdf", kind.code())), printed.pdf)?;
    }
    Ok(())
}
