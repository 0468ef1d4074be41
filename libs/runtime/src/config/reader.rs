//! Reading settings one by one and remembering every mistake.

use std::{collections::HashMap, fmt, fs};

use super::Value;

/// One setting: what `--help` says of it.
#[derive(Debug)]
pub struct Setting {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) example: &'static str,
    default: Option<&'static str>,
    secret: bool,
}

impl Setting {
    /// A setting by its full name, what it is for (Russian) and an example of a value.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, example: &'static str) -> Self {
        Self {
            name,
            about,
            example,
            default: None,
            secret: false,
        }
    }

    /// With a value for those who do not set it.
    #[must_use]
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Never printed, and may come from the file named by `…_FILE`.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// Everything that is wrong with the settings, a line each. A process that meets it ends with
/// exit code 2.
#[derive(Debug)]
pub struct Mistakes(Vec<String>);

impl std::error::Error for Mistakes {}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Reads settings and gathers mistakes instead of stopping at the first.
#[derive(Default)]
pub struct Reader {
    variables: HashMap<String, String>,
    asked: Vec<(&'static Setting, bool)>,
    mistakes: Vec<String>,
}

/// Reads settings from the environment.
///
/// # Errors
/// [`Mistakes`] with all of them.
pub fn from_env<T>(read: impl FnOnce(&mut Reader) -> Option<T>) -> Result<T, Mistakes> {
    // A variable that is not text is shown with replacements, fails its check and is named.
    let variables = std::env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| name.starts_with("ATTEST_"));
    Reader::with(variables).read(read)
}

/// The settings `read` asks for, for `--help`: name, what for, default or example.
pub fn table<T>(read: impl FnOnce(&mut Reader) -> Option<T>) -> String {
    let mut reader = Reader::default();
    // Nothing is set here, so there is no value and nothing but mistakes: who asked for what
    // is all we want.
    let _ = read(&mut reader);
    let mut text = String::from("Настройки (переменные окружения):\n");
    for (setting, optional) in reader.asked {
        let Setting {
            name,
            about,
            example,
            ..
        } = setting;
        let file = if setting.secret {
            " или …_FILE"
        } else {
            ""
        };
        let default = match setting.default {
            Some(default) => format!("по умолчанию {default}"),
            None if optional => format!("необязательно, например {example}"),
            None => format!("обязательно, например {example}"),
        };
        text += &format!("  {name}{file}\n      {about}; {default}\n");
    }
    text
}

impl Reader {
    fn with(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            ..Self::default()
        }
    }

    fn read<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, Mistakes> {
        match read(&mut self) {
            Some(value) if self.mistakes.is_empty() => Ok(value),
            _ => Err(Mistakes(self.mistakes)),
        }
    }

    /// A setting that must be there, by itself or by its default. `None` is a mistake noted.
    pub fn get<T: Value>(&mut self, setting: &'static Setting) -> Option<T> {
        self.asked.push((setting, false));
        let Ok(text) = self.text(setting) else {
            return None;
        };
        if let Some(text) = text.as_deref().or(setting.default) {
            return self.parsed(setting, text);
        }
        let Setting {
            name,
            about,
            example,
            ..
        } = setting;
        let file = match setting.secret {
            true => format!(" (или {name}_FILE с путём к файлу)"),
            false => String::new(),
        };
        self.mistakes.push(format!(
            "{name} не задан: {about}. Задайте{file}, например: {example}"
        ));
        None
    }

    /// A setting one may leave out: `Some(None)` then. `None` is a mistake noted.
    pub fn optional<T: Value>(&mut self, setting: &'static Setting) -> Option<Option<T>> {
        self.asked.push((setting, true));
        match self.text(setting) {
            Ok(Some(text)) => self.parsed(setting, &text).map(Some),
            Ok(None) => Some(None),
            Err(Noted) => None,
        }
    }

    fn parsed<T: Value>(&mut self, setting: &Setting, text: &str) -> Option<T> {
        let Setting {
            name,
            about,
            example,
            ..
        } = setting;
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(wanted) => {
                let given = match setting.secret {
                    true => String::new(),
                    false => format!(" «{text}»"),
                };
                self.mistakes.push(format!(
                    "{name}{given} не подходит: {about}; нужно {wanted}, например: {example}"
                ));
                None
            }
        }
    }

    fn text(&mut self, setting: &Setting) -> Result<Option<String>, Noted> {
        let name = setting.name;
        let direct = self.variable(name);
        if !setting.secret {
            return Ok(direct);
        }
        let file_name = format!("{name}_FILE");
        let mistake = match (direct, self.variable(&file_name)) {
            (direct, None) => return Ok(direct),
            (Some(_), Some(_)) => format!("{name} и {file_name} заданы оба: оставьте что-то одно"),
            (None, Some(path)) => match fs::read_to_string(&path) {
                // Editors and `echo` end files with a line feed nobody means.
                Ok(text) if !text.trim().is_empty() => return Ok(Some(text.trim().to_owned())),
                Ok(_) => format!("{file_name}: файл «{path}» пуст"),
                Err(e) => format!("{file_name}: файл «{path}» не читается ({e})"),
            },
        };
        self.mistakes.push(mistake);
        Err(Noted)
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .filter(|text| !text.is_empty())
            .cloned()
    }
}

/// The mistake stands in the reader's list.
struct Noted;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::config::{DatabaseUrl, Key, Mail, S3, settings};

    fn reader(variables: &[(&str, &str)]) -> Reader {
        Reader::with(
            variables
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        )
    }

    fn file(name: &str, text: &str) -> String {
        let dir = std::env::temp_dir().join(format!("attest-config-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn url(r: &mut Reader) -> Option<DatabaseUrl> {
        r.get(&settings::DB_TENANT_URL)
    }

    #[test]
    fn every_mistake_is_named_at_once_with_the_fix() {
        let variables = [
            ("ATTEST_LISTEN", "8080"),
            ("ATTEST_LINK_KEY", "слишком-короткий"),
            ("ATTEST_S3_BUCKET", "attest"),
            ("ATTEST_S3_ACCESS_KEY", ""),
        ];
        let read = |r: &mut Reader| {
            let listen = r.get::<SocketAddr>(&settings::LISTEN);
            let url = url(r);
            let key = r.get::<Key>(&settings::LINK_KEY);
            let s3 = S3::read(r);
            Some((listen?, url?, key?, s3?))
        };
        let Err(Mistakes(mistakes)) = reader(&variables).read(read) else {
            panic!("these settings are wrong");
        };
        let beginnings = [
            "ATTEST_LISTEN «8080» не подходит: ",
            "ATTEST_DB_TENANT_URL не задан: ",
            "ATTEST_LINK_KEY не подходит: ",
            "ATTEST_S3_ENDPOINT не задан: ",
            "ATTEST_S3_ACCESS_KEY не задан: ",
            "ATTEST_S3_SECRET_KEY не задан: ",
        ];
        assert_eq!(mistakes.len(), beginnings.len(), "{mistakes:#?}");
        for (mistake, beginning) in mistakes.iter().zip(beginnings) {
            assert!(mistake.starts_with(beginning), "{mistake}");
            assert!(mistake.contains("например: "), "{mistake}");
        }
    }

    #[test]
    fn no_mistake_tells_a_secret() {
        let variables = [("ATTEST_DB_TENANT_URL", "mysql://u:hunter2@h/db")];
        let mistakes = reader(&variables).read(url).unwrap_err();
        assert!(!mistakes.to_string().contains("hunter2"), "{mistakes}");
    }

    #[test]
    fn a_secret_comes_from_a_file_without_its_line_feed() {
        let path = file("url", "postgres://tenant@localhost/attest\n");
        let url = reader(&[("ATTEST_DB_TENANT_URL_FILE", &path)])
            .read(url)
            .unwrap();
        assert_eq!(url.reveal(), "postgres://tenant@localhost/attest");
    }

    #[test]
    fn a_secret_in_two_places_is_a_mistake() {
        let path = file("other", "postgres://a@localhost/attest");
        let variables = [
            ("ATTEST_DB_TENANT_URL", "postgres://b@localhost/attest"),
            ("ATTEST_DB_TENANT_URL_FILE", &path),
        ];
        let mistakes = reader(&variables).read(url).unwrap_err();
        assert!(mistakes.to_string().contains("заданы оба"), "{mistakes}");
    }

    #[test]
    fn a_file_that_is_empty_or_missing_is_a_mistake() {
        for path in [file("empty", "\n"), "/nowhere/at/all".to_owned()] {
            let variables = [("ATTEST_DB_TENANT_URL_FILE", path.as_str())];
            let mistakes = reader(&variables).read(url).unwrap_err();
            assert!(mistakes.to_string().contains(&path), "{mistakes}");
        }
    }

    #[test]
    fn only_secrets_come_from_files() {
        let path = file("listen", "127.0.0.1:1");
        let listen = reader(&[("ATTEST_LISTEN_FILE", &path)])
            .read(|r| r.get::<SocketAddr>(&settings::LISTEN))
            .unwrap();
        assert_eq!(listen.to_string(), settings::LISTEN.default.unwrap());
    }

    #[test]
    fn an_optional_setting_may_be_left_out_but_not_be_wrong() {
        static PORT: Setting = Setting::new("ATTEST_PORT", "порт", "1");
        let read = |r: &mut Reader| r.optional::<u32>(&PORT);
        assert_eq!(reader(&[]).read(read).unwrap(), None);
        assert_eq!(reader(&[("ATTEST_PORT", "7")]).read(read).unwrap(), Some(7));
        assert!(reader(&[("ATTEST_PORT", "x")]).read(read).is_err());
    }

    #[test]
    fn the_table_lists_what_is_read_and_how_to_set_it() {
        let table = table(|r| {
            let mail = Mail::read(r);
            let listen = r.get::<SocketAddr>(&settings::LISTEN);
            Some((mail?, listen?))
        });
        for part in [
            "ATTEST_SMTP_URL или …_FILE\n",
            "ATTEST_MAIL_FROM\n",
            "по умолчанию 127.0.0.1:8080",
            "обязательно, например ",
        ] {
            assert!(table.contains(part), "{part} in {table}");
        }
    }

    /// A default that its own check refuses would stop every process at start.
    #[test]
    fn defaults_and_examples_pass_their_own_checks() {
        for examples in [false, true] {
            let read = |r: &mut Reader| {
                settings::read_all(r);
                Some(())
            };
            let mut asked = Reader::default();
            read(&mut asked);
            let variables = asked.asked.iter().map(|(s, _)| {
                let value = match s.default {
                    Some(default) if !examples => default.to_owned(),
                    _ if s.example == settings::KEY_EXAMPLE => "0f".repeat(32),
                    _ => s.example.to_owned(),
                };
                (s.name.to_owned(), value)
            });
            Reader::with(variables).read(read).unwrap();
        }
    }
}
