//! `ctl policy`: who may do what, for people.

use std::path::Path;

use app::policy;

use crate::tell;

/// Prints the matrix of the policy compiled in.
pub async fn matrix() -> anyhow::Result<()> {
    let ours = policy::compiled().await?;
    tell(policy::matrix(&ours.policy).trim_end())
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
        tell(differences.trim_end())
    }
}
