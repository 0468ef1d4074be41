//! How a process of ours begins and ends: arguments, help in Russian, exit codes.

use std::{
    fmt,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{
    Arg, ArgAction, Command, Parser,
    error::{ContextKind, ErrorKind},
};

use crate::config::{self, Mistakes, Reader};

const FAILED: u8 = 1;
const WRONG_USE: u8 = 2;

const HELP: &str = "\
{before-help}{about-with-newline}
Вызов: {usage}

{all-args}{after-help}";

/// Runs a program from its arguments to its exit code: 0 done, 1 failed (one line why on
/// standard error), 2 wrong use or wrong settings ([`Mistakes`] anywhere in the error).
///
/// `settings` is what the program reads by [`config::from_env`]; here it only makes the table
/// at the end of `--help`. A program with settings by subcommand gives all of them.
pub fn run<A, T, Fut>(
    settings: impl FnOnce(&mut Reader) -> Option<T>,
    program: impl FnOnce(A) -> Fut,
) -> ExitCode
where
    A: Parser,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let command = in_russian(A::command().after_help(config::table(settings)));
    let arguments = command
        .try_get_matches()
        .and_then(|matches| A::from_arg_matches(&matches));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(told) if !told.use_stderr() => {
            // Nobody is left to tell that the help could not be printed.
            let _ = told.print();
            return ExitCode::SUCCESS;
        }
        Err(wrong) => return end(WRONG_USE, wrong_use(&wrong)),
    };
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(program(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<Mistakes>() {
            Some(mistakes) => end(WRONG_USE, mistakes),
            None => end(FAILED, format!("{error:#}").replace('\n', " ")),
        },
    }
}

fn end(code: u8, why: impl fmt::Display) -> ExitCode {
    // Where standard error is closed the code alone has to do.
    let _ = writeln!(io::stderr(), "{why}");
    ExitCode::from(code)
}

fn in_russian(command: Command) -> Command {
    let has_version = command.get_version().is_some();
    let mut command = headed(command)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .long("help")
                .short('h')
                .global(true)
                .action(ArgAction::Help)
                .help_heading(OPTIONS)
                .help("Показать эту справку"),
        );
    if has_version {
        command = command.arg(
            Arg::new("version")
                .long("version")
                .short('V')
                .action(ArgAction::Version)
                .help_heading(OPTIONS)
                .help("Показать версию"),
        );
    }
    command
}

const OPTIONS: &str = "Ключи";

/// Headings are not handed down to subcommands by clap.
fn headed(command: Command) -> Command {
    command
        .help_template(HELP)
        .subcommand_help_heading("Команды")
        .subcommand_value_name("КОМАНДА")
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                "Аргументы"
            } else {
                OPTIONS
            };
            // «[default: …]» cannot be put into Russian: the help of the argument says it.
            let takes_value = arg.get_action().takes_values();
            let arg = arg.help_heading(heading);
            if takes_value {
                arg.hide_default_value(true)
            } else {
                arg
            }
        })
        .mut_subcommands(headed)
}

fn wrong_use(error: &clap::Error) -> String {
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = named(ContextKind::InvalidArg);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => format!("неизвестный аргумент «{argument}»"),
        ErrorKind::InvalidSubcommand => {
            format!(
                "неизвестная команда «{}»",
                named(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::MissingRequiredArgument => format!("не указано: {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "не указана команда".to_owned()
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = named(ContextKind::InvalidValue);
            format!("{argument}: значение «{value}» не подходит")
        }
        ErrorKind::ArgumentConflict => format!("{argument}: не сочетается с другими аргументами"),
        _ => "аргументы не подходят".to_owned(),
    };
    format!("Неверный вызов: {what}. Справка: --help")
}

#[cfg(test)]
mod tests {
    use clap::Subcommand;

    use super::*;

    /// Проверочная программа
    #[derive(Parser)]
    #[command(name = "probe", version)]
    struct Arguments {
        #[command(subcommand)]
        verb: Verb,
    }

    #[derive(Subcommand)]
    enum Verb {
        /// Добавить муниципалитет
        Add {
            /// Краткое имя
            #[arg(long)]
            slug: String,
            /// Сколько
            #[arg(long, default_value_t = 1)]
            number: u32,
            /// Без вопросов
            #[arg(long)]
            quiet: bool,
        },
    }

    fn told(arguments: &[&str]) -> clap::Error {
        let command = in_russian(<Arguments as clap::CommandFactory>::command());
        command.try_get_matches_from(arguments).unwrap_err()
    }

    #[test]
    fn help_is_in_russian_down_to_subcommands() {
        for arguments in [&["probe", "--help"][..], &["probe", "add", "--help"]] {
            let help = told(arguments);
            assert!(!help.use_stderr());
            let help = help.to_string();
            assert!(
                help.contains("Ключи") && help.contains("Показать эту справку"),
                "{help}"
            );
            for english in ["Usage", "Options", "Commands", "Print", "default"] {
                assert!(!help.contains(english), "{english} in {help}");
            }
        }
    }

    #[test]
    fn wrong_use_is_told_in_one_line() {
        let cases = [
            (&["probe", "add"][..], "не указано: --slug <SLUG>"),
            (&["probe", "drop"], "неизвестная команда «drop»"),
            (&["probe"], "не указана команда"),
            (
                &["probe", "add", "--slog", "x"],
                "неизвестный аргумент «--slog»",
            ),
            (
                &["probe", "add", "--slug", "x", "--number", "y"],
                "--number <NUMBER>: значение «y» не подходит",
            ),
        ];
        for (arguments, what) in cases {
            let told = wrong_use(&told(arguments));
            assert_eq!(told, format!("Неверный вызов: {what}. Справка: --help"));
        }
    }
}
