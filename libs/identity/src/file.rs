//! The file that lists the providers (`ATTEST_OIDC_FILE`): its shape, and everything that is
//! wrong with it, told at once.

use std::{collections::HashSet, fs, path::PathBuf};

use domain::{municipality::Slug, role::Role};
use serde::Deserialize;
use url::Url;

use crate::client::Reach;

/// Words that stand in addresses where a provider's slug would.
const RESERVED: [&str; 3] = ["callback", "code", "link"];

/// One entry of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its word in addresses: `/login/{slug}`.
    pub(crate) slug: String,
    /// What the link says after «Войти через».
    pub(crate) name: String,
    /// Where its discovery document is, exactly as the document says it itself.
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) client_secret: Option<String>,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    /// Scopes asked for besides `openid`.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// The municipality whose page offers it and whose people alone it lets in.
    #[serde(default)]
    pub(crate) municipality: Option<String>,
    /// The roles one of which a person with cabinets must have.
    #[serde(default)]
    roles: Vec<String>,
    /// The deployment's service that signs requests, where a provider wants them signed.
    #[serde(default)]
    pub(crate) signer_url: Option<Url>,
    #[serde(skip)]
    pub(crate) known_roles: Vec<Role>,
}

/// Reads the file's text; secrets named by their files are read too.
pub(crate) fn read(text: &str, reach: Reach) -> Result<Vec<Entry>, Vec<String>> {
    let mut entries: Vec<Entry> = serde_json::from_str(text)
        .map_err(|error| vec![format!("не список провайдеров: {error}")])?;
    let mut mistakes = Vec::new();
    let mut slugs = HashSet::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        let wrong = check(entry, reach);
        let name = match entry.slug.is_empty() {
            true => format!("№ {}", index + 1),
            false => entry.slug.clone(),
        };
        mistakes.extend(wrong.into_iter().map(|words| format!("{name}: {words}")));
        if !slugs.insert(entry.slug.clone()) {
            mistakes.push(format!("{name}: такой slug уже есть"));
        }
    }
    match mistakes.is_empty() {
        true => Ok(entries),
        false => Err(mistakes),
    }
}

/// What is wrong with an entry; what has to be looked up for it is filled in.
fn check(entry: &mut Entry, reach: Reach) -> Vec<String> {
    let mut wrong = Vec::new();
    if Slug::parse(&entry.slug).is_err() || RESERVED.contains(&entry.slug.as_str()) {
        wrong.push(
            "slug — латинские буквы, цифры и дефис, кроме слов callback, code, link".to_owned(),
        );
    }
    for (field, value) in [("name", &entry.name), ("client_id", &entry.client_id)] {
        if value.trim().is_empty() {
            wrong.push(format!("{field} не заполнено"));
        }
    }
    match Url::parse(&entry.issuer) {
        Err(_) => wrong.push("issuer — не адрес".to_owned()),
        Ok(issuer) if reach == Reach::Public && issuer.scheme() != "https" => {
            wrong.push("issuer должен начинаться с https://".to_owned());
        }
        Ok(issuer) if issuer.query().is_some() || issuer.fragment().is_some() => {
            wrong.push("issuer — адрес без «?» и «#»".to_owned());
        }
        Ok(_) => {}
    }
    if let Some(slug) = &entry.municipality
        && Slug::parse(slug).is_err()
    {
        wrong.push(format!("municipality — не slug муниципалитета: {slug}"));
    }
    for code in &entry.roles {
        match Role::from_code(code) {
            Some(role) => entry.known_roles.push(role),
            None => wrong.push(format!("roles: роли {code} нет")),
        }
    }
    match (&entry.client_secret, &entry.client_secret_file) {
        (Some(_), Some(_)) => {
            wrong.push("client_secret и client_secret_file вместе: оставьте одно".to_owned());
        }
        (None, Some(file)) => match fs::read_to_string(file) {
            Ok(secret) => entry.client_secret = Some(secret.trim_end().to_owned()),
            Err(error) => wrong.push(format!("client_secret_file {}: {error}", file.display())),
        },
        _ => {}
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named_at_once() {
        let text = r#"[
            {"slug": "link", "name": "", "issuer": "http://idp.example.ru", "client_id": "a", "roles": ["director"]},
            {"slug": "kc", "name": "Keycloak", "issuer": "nowhere", "client_id": "", "municipality": "Томск"},
            {"slug": "kc", "name": "Keycloak", "issuer": "https://idp.example.ru", "client_id": "a",
             "client_secret": "s", "client_secret_file": "/nowhere"}]"#;
        let mistakes = read(text, Reach::Public).unwrap_err();
        let told = mistakes.join("\n");
        for words in [
            "link: slug",
            "link: name",
            "link: issuer должен",
            "link: roles: роли director",
            "kc: issuer — не адрес",
            "kc: client_id",
            "kc: municipality",
            "kc: такой slug",
            "kc: client_secret и",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert_eq!(mistakes.len(), 9, "{told}");
        assert!(read("{", Reach::Public).is_err());
        let typo = r#"[{"slug": "kc", "name": "K", "issuer": "https://x", "client_id": "a", "secret": "s"}]"#;
        assert!(read(typo, Reach::Public).unwrap_err()[0].contains("secret"));
    }
}
