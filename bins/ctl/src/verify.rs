//! `ctl audit verify`, `ctl journal verify`, `ctl verify`: whether what was written is still
//! what was written. The first thing that is not ends the command with one line and code 1.

use anyhow::bail;
use app::{App, audit::verify::Verdict, verify::Depth};

use crate::{settings::Verifying, tell};

/// Checks the audit against its seals.
pub async fn audit() -> anyhow::Result<()> {
    audit_of(&Verifying::app().await?).await
}

/// Recomputes the chain of the journal of registrations.
pub async fn journal() -> anyhow::Result<()> {
    journal_of(&Verifying::app().await?).await
}

/// Checks everything.
pub async fn all(bytes: bool) -> anyhow::Result<()> {
    let app = Verifying::app().await?;
    audit_of(&app).await?;
    journal_of(&app).await?;
    documents_of(&app, if bytes { Depth::Bytes } else { Depth::Sizes }).await
}

async fn audit_of(app: &App) -> anyhow::Result<()> {
    match app.verify_audit().await? {
        Verdict::Whole {
            seals,
            rows,
            waiting,
        } => tell(&format!(
            "Журнал действий цел: печатей {seals}, строк под ними {rows}, ждут печати {waiting}"
        )),
        Verdict::Broken(broken) => bail!("{broken}"),
    }
}

async fn journal_of(app: &App) -> anyhow::Result<()> {
    let journal = app.verify_journal().await?;
    let Some((year, line, fault)) = journal.fault else {
        return tell(&format!("Журнал регистрации цел: строк {}", journal.lines));
    };
    let words = match fault.as_str() {
        "hole" => "строка перед ней пропала",
        "chain" => "не продолжает предыдущую",
        "hash" => "номер, дата или муниципалитет изменены",
        "digest" => "личные данные изменены",
        "number" => "номер не по порядку",
        "date" => "дата раньше предыдущей",
        "end" => "последние строки пропали",
        _ => "нарушена",
    };
    bail!("журнал регистрации нарушен, {year} год, строка {line}: {words}")
}

async fn documents_of(app: &App, depth: Depth) -> anyhow::Result<()> {
    let documents = app.verify_documents(depth).await?;
    match documents.fault {
        None => tell(&format!("Документы на месте: {}", documents.checked)),
        Some((which, why)) => bail!("{which}: {why}"),
    }
}
