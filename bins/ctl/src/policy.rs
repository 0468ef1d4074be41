//! `ctl policy`: who may do what, for people.

use std::path::Path;

use app::policy;

use crate::tell;

/// Prints the matrix of the policy compiled in, or of the one in a file, and its version.
pub async fn matrix(file: Option<&Path>) -> anyhow::Result<()> {
    let shown = match file {
        Some(file) => policy::from_file(file).await?,
        None => policy::compiled().await?,
    };
    tell(&aligned(&policy::matrix(&shown.policy)))?;
    tell(&format!("\nВерсия (SHA-256): {}", shown.version))
}

/// Checks a file and prints what it changes.
pub async fn check(file: &Path) -> anyhow::Result<()> {
    let ours = policy::compiled().await?;
    let theirs = policy::from_file(file).await?;
    let differences = policy::differences(&ours.policy, &theirs.policy);
    if differences.is_empty() {
        tell("Файл прав принят, отличий от встроенного нет")
    } else {
        tell("Файл прав принят, отличия от встроенного:")?;
        tell(&aligned(&differences))
    }
}

/// A table in Markdown with its columns one under another, for a terminal.
fn aligned(table: &str) -> String {
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| match *cell {
                    "---" => "-".repeat(*width),
                    cell => format!("{cell:width$}"),
                })
                .collect();
            format!("| {} |", cells.join(" | "))
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn columns_stand_one_under_another() {
        let table = "| act | школа |\n|---|---|\n| `a.read` | – |\n";
        let lines = [
            "| act      | школа |",
            "| -------- | ----- |",
            "| `a.read` | –     |",
        ];
        assert_eq!(aligned(table), lines.join("\n"));
    }
}
