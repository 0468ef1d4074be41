//! `ctl municipality export` and `remove`: taking out everything of a municipality, and
//! removing it afterwards (SEC-106). Both may be run again after whatever interrupted them.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context as _, bail};
use app::{
    App,
    exports::{Export, Place, State},
};
use clap::Args;
use uuid::Uuid;

use crate::{
    settings::{Removal, Verbs},
    tell,
};

/// How long to wait before asking the worker's row again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is exported, and where to.
#[derive(Args)]
pub struct ExportArguments {
    /// Краткое имя муниципалитета
    #[arg(value_name = "ИМЯ")]
    slug: String,
    /// Файл, в который писать; без него – в стандартный вывод
    #[arg(long, value_name = "ФАЙЛ")]
    out: Option<PathBuf>,
    /// Номер готовой или идущей выгрузки; без него – последняя, а если её нет, новая
    #[arg(long, value_name = "НОМЕР")]
    export: Option<Uuid>,
    /// Начать новую, даже если готовая есть
    #[arg(long, conflicts_with = "export")]
    new: bool,
}

/// What is removed.
#[derive(Args)]
pub struct RemoveArguments {
    /// Краткое имя муниципалитета
    #[arg(value_name = "ИМЯ")]
    slug: String,
    /// Номер выгрузки, сделанной после приостановки
    #[arg(long, value_name = "НОМЕР")]
    export: Uuid,
    /// Удалить и файл выгрузки; без этого он остаётся в хранилище
    #[arg(long)]
    with_export: bool,
    /// Удалить: вернуть будет нельзя
    #[arg(long, required = true)]
    yes: bool,
}

/// Takes an export out, waiting for the worker to make it.
pub async fn export(arguments: ExportArguments) -> anyhow::Result<()> {
    let app = Verbs::from_env()?.app().await?;
    let (place, export) = app
        .export_for_ctl(&arguments.slug, arguments.export, arguments.new)
        .await?;
    let export = made(&app, &place, export).await?;
    let Some(out) = arguments.out else {
        let mut stdout = io::stdout().lock();
        app.take_out(&export, |bytes| stdout.write_all(bytes))
            .await?;
        return Ok(stdout.flush()?);
    };
    // Beside and renamed: nobody takes a half for the whole. Personal data: the owner's alone.
    let part = out.with_added_extension("part");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .with_context(|| format!("не удалось создать {}", part.display()))?;
    app.take_out(&export, |bytes| file.write_all(bytes)).await?;
    file.sync_all()?;
    fs::rename(&part, &out)?;
    let hex: String = export
        .sha256
        .iter()
        .flatten()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    tell(&format!("Выгрузка {}", export.public_id))?;
    tell(&format!("SHA-256 {hex}"))
}

async fn made(app: &App, place: &Place, mut export: Export) -> anyhow::Result<Export> {
    loop {
        match export.state {
            State::Done => return Ok(export),
            State::Failed => bail!("выгрузка не удалась: причина в журнале фоновых заданий"),
            State::Queued | State::Running => tokio::time::sleep(PAUSE).await,
        }
        let now = app.export_now(place, export.public_id).await?;
        if now.done != export.done {
            tracing::info!(done = now.done, total = now.total, "the export goes on");
        }
        export = now;
    }
}

/// Removes a municipality and what is left of it outside the database.
pub async fn remove(arguments: RemoveArguments) -> anyhow::Result<()> {
    let settings = Removal::from_env()?;
    let (migrator, redis) = (settings.migrator().to_owned(), settings.redis().to_owned());
    let app = settings.app().await?;
    let mut removing = app
        .remove_municipality(&migrator, &arguments.slug, arguments.export)
        .await?;
    let finished = async {
        web::session::forget(&redis, removing.municipality(), &[], &[]).await?;
        while let Some(gone) = app.remove_leftovers(&mut removing).await? {
            web::session::forget(&redis, gone.municipality, &gone.accounts, &gone.logins).await?;
            removing.forgotten().await?;
        }
        app.sweep(&mut removing, arguments.with_export).await?;
        anyhow::Ok(())
    };
    finished
        .await
        .context("строки удалены, но не всё вне базы данных: запустите эту же команду ещё раз")?;
    tell(&format!("Муниципалитет {} удалён", arguments.slug))
}
