//! The command line for people who run an installation and for CI (03 §3.6). Results go to
//! standard output, logs to standard error. Thin: what is done is `app`'s and `db`'s.

mod leaving;
mod merge;
mod municipality;
mod people;
mod policy;
#[cfg(feature = "seed")]
mod seed;
mod settings;
mod verify;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use domain::role::Role;
use runtime::config;

/// Управление системой «Аттестация».
#[derive(Parser)]
#[command(name = "ctl", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Обновить схему базы данных
    Migrate,
    /// Справочники
    #[command(subcommand)]
    Reference(Reference),
    /// Администраторы
    #[command(subcommand)]
    Admin(Member),
    /// Операторы
    #[command(subcommand)]
    Operator(Member),
    /// Муниципалитеты
    #[command(subcommand)]
    Municipality(municipality::Municipality),
    /// Права доступа
    #[command(subcommand)]
    Policy(Policy),
    /// Журнал действий
    #[command(subcommand)]
    Audit(Verify),
    /// Журнал регистрации
    #[command(subcommand)]
    Journal(Verify),
    /// Проверить журналы и документы в хранилище
    Verify {
        /// Прочитать документы целиком и сравнить SHA-256
        #[arg(long)]
        bytes: bool,
    },
    /// Наполнить пустую базу вымышленными данными
    #[cfg(feature = "seed")]
    Seed(seed::Seed),
}

#[derive(Subcommand)]
enum Reference {
    /// Загрузить справочники, муниципалитеты и настройки, которых ещё нет
    Sync(Sync),
}

#[derive(Args)]
struct Sync {
    /// С чем начать настройке региона, пока её не задал администратор: КЛЮЧ=ЗНАЧЕНИЕ
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), &'static str> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or("нужно КЛЮЧ=ЗНАЧЕНИЕ")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Subcommand)]
enum Member {
    /// Завести учётную запись; без пароля последняя строка ответа – ссылка, по которой его задают
    Add(people::Member),
    /// Снять потерянный второй фактор; сеансы завершатся, об этом придёт письмо
    ResetFactor {
        /// Имя пользователя
        #[arg(long, value_name = "ИМЯ")]
        login: String,
    },
}

#[derive(Subcommand)]
enum Policy {
    /// Показать матрицу прав
    Matrix {
        /// Матрица этого файла прав, а не встроенного
        #[arg(long, value_name = "ФАЙЛ")]
        file: Option<PathBuf>,
    },
    /// Проверить файл прав и показать, чем он отличается от встроенного
    Check {
        /// Файл прав
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Verify {
    /// Проверить, что ни одна строка не изменена, не удалена и не добавлена
    Verify,
}

fn main() -> ExitCode {
    runtime::run(settings::all, |arguments: Arguments| run(arguments.command))
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Migrate => migrate().await,
        Command::Reference(Reference::Sync(sync)) => sync_reference(&sync.set).await,
        Command::Admin(Member::Add(member)) => people::add(Role::Admin, member).await,
        Command::Operator(Member::Add(member)) => people::add(Role::Operator, member).await,
        Command::Admin(Member::ResetFactor { login }) => {
            people::reset_factor(Role::Admin, &login).await
        }
        Command::Operator(Member::ResetFactor { login }) => {
            people::reset_factor(Role::Operator, &login).await
        }
        Command::Municipality(what) => municipality::run(what).await,
        #[cfg(feature = "seed")]
        Command::Seed(what) => seed::run(&what).await,
        Command::Policy(Policy::Matrix { file }) => policy::matrix(file.as_deref()).await,
        Command::Policy(Policy::Check { file }) => policy::check(&file).await,
        Command::Audit(Verify::Verify) => verify::audit().await,
        Command::Journal(Verify::Verify) => verify::journal().await,
        Command::Verify { bytes } => verify::all(bytes).await,
    }
}

async fn migrate() -> anyhow::Result<()> {
    let url = config::from_env(settings::migrator)?;
    let (now, all) = db::migrate::run(url.reveal()).await?;
    tell(&format!("Миграций применено: {now}, всего: {all}"))
}

async fn sync_reference(set: &[(String, String)]) -> anyhow::Result<()> {
    let changed = settings::Verbs::from_env()?
        .app()
        .await?
        .sync_reference(set)
        .await?;
    tell(&format!("Строк справочников изменено: {changed}"))
}

/// A line of the result.
fn tell(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}
