//! «Шаблоны документов»: the administrator replaces the template of a paper without a release. A
//! version is typed, tried by the worker on sample data and put in force; nothing printed before
//! changes, and nothing that printed no sample comes into force.

use db::{
    events,
    printouts::{self, Request},
    templates::{self, NewVersion},
};
use domain::{
    act::acts,
    actor::Actor,
    audit::Deed,
    template::{LETTERHEAD, NOTE, SOURCE, TemplateKind},
};
use serde::Deserialize;
use uuid::Uuid;

pub use db::templates::{Kept, Tried, Use, Version};

use crate::{App, Error, FieldFault, Result};

/// A version as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The source.
    pub source: String,
    /// To whom the paper is addressed, line by line; empty: as the settings say.
    pub letterhead: String,
    /// What is new in it.
    pub note: String,
}

/// A kind of paper with its versions.
#[derive(Clone, Debug)]
pub struct TemplateView {
    /// The versions, newest first; none until the worker has started once.
    pub versions: Vec<Version>,
    /// When which was put in force, newest first.
    pub uses: Vec<Use>,
}

impl TemplateView {
    /// The version in force.
    #[must_use]
    pub fn in_force(&self) -> i32 {
        self.uses.first().map_or(0, |newest| newest.version)
    }

    /// The number of the newest entry into force; 0 before the first.
    #[must_use]
    pub fn latest_use(&self) -> i32 {
        self.uses.first().map_or(0, |newest| newest.id)
    }

    /// The number of the newest version.
    #[must_use]
    pub fn newest(&self) -> i32 {
        self.versions.first().map_or(0, |newest| newest.version)
    }
}

impl App {
    /// Every kind of paper whose template may be replaced, with its state.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn templates(&self, actor: &Actor) -> Result<Vec<Kept>> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        let kept = templates::kept(&mut tx).await?;
        let state = |kind| {
            let known = kept.iter().find(|kept| kept.kind == kind).copied();
            known.unwrap_or(Kept {
                kind,
                in_force: 0,
                newest: 0,
            })
        };
        Ok(TemplateKind::ALL.map(state).into())
    }

    /// One kind of paper with its versions.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn template(&self, actor: &Actor, kind: TemplateKind) -> Result<TemplateView> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        view(&mut tx, kind).await
    }

    /// Adds a version behind the newest, which was number `seen`: its number.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong; [`Error::Stale`] if somebody was quicker.
    pub async fn save_template(
        &self,
        actor: &Actor,
        kind: TemplateKind,
        seen: i32,
        typed: &Typed,
    ) -> Result<i32> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        let typed = parse(kind, typed)?;
        let known = view(&mut tx, kind).await?;
        if known.newest() != seen {
            return Err(Error::Stale);
        }
        let version = seen + 1;
        let new = NewVersion {
            version,
            source: &typed.source,
            letterhead: Some(typed.letterhead.as_str()).filter(|lines| !lines.is_empty()),
            note: &typed.note,
        };
        let added = templates::add(&mut tx, kind, new).await?;
        let id = added.ok_or(Error::Stale)?;
        events::audit_deed(&mut tx, Deed::SaveTemplate, Some(id.into())).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Has a sample printed by a version: the printout's id.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`] for an unknown version.
    pub async fn try_template(
        &self,
        actor: &Actor,
        kind: TemplateKind,
        version: i32,
    ) -> Result<Uuid> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        let row = find(&view(&mut tx, kind).await?, version)?;
        let request = Request::Sample {
            template: kind,
            version,
        };
        let id = printouts::ask(&mut tx, &request).await?;
        events::audit_deed(&mut tx, Deed::TryTemplate, Some(row.id.into())).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Puts a version in force, after what was in force by the entry `seen`.
    ///
    /// # Errors
    /// [`Error::Illegal`] for one that printed no sample and for the one in force;
    /// [`Error::Stale`] if somebody was quicker; [`Error::NotFound`].
    pub async fn use_template(
        &self,
        actor: &Actor,
        kind: TemplateKind,
        version: i32,
        seen: i32,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::ManageReference>(actor).await?;
        let known = view(&mut tx, kind).await?;
        let row = find(&known, version)?;
        if known.latest_use() != seen {
            return Err(Error::Stale);
        }
        if known.in_force() == version {
            return Err(Error::Illegal("Эта версия уже действует.".to_owned()));
        }
        if row.tried != Tried::Passed {
            return Err(Error::Illegal(
                "Сначала посмотрите документ на образце: в действие вводится только версия, по которой он напечатан без ошибок."
                    .to_owned(),
            ));
        }
        templates::put_in_force(&mut tx, kind, version, seen).await?;
        events::audit_deed(&mut tx, Deed::UseTemplate, Some(row.id.into())).await?;
        Ok(tx.commit().await?)
    }
}

async fn view(
    tx: &mut db::scope::Tx<acts::ManageReference>,
    kind: TemplateKind,
) -> Result<TemplateView> {
    Ok(TemplateView {
        versions: templates::versions(tx, kind).await?,
        uses: templates::uses(tx, kind).await?,
    })
}

fn find(view: &TemplateView, version: i32) -> Result<Version> {
    let mut versions = view.versions.iter();
    let found = versions.find(|row| row.version == version);
    found.cloned().ok_or(Error::NotFound)
}

/// What was typed, with the line ends of a browser made ours.
fn parse(kind: TemplateKind, typed: &Typed) -> Result<Typed> {
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\0', "");
    let parsed = Typed {
        source: lines(&typed.source),
        letterhead: match kind.has_letterhead() {
            true => lines(typed.letterhead.trim()),
            false => String::new(),
        },
        note: typed.note.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let mut faults = Vec::new();
    if parsed.source.trim().is_empty() {
        faults.push(FieldFault::new("source", "Введите текст шаблона"));
    }
    for (field, text, most) in [
        ("source", &parsed.source, SOURCE),
        ("letterhead", &parsed.letterhead, LETTERHEAD),
        ("note", &parsed.note, NOTE),
    ] {
        if text.chars().count() > most {
            faults.push(FieldFault::new(field, format!("Не больше {most} знаков")));
        }
    }
    if parsed.note.is_empty() {
        faults.push(FieldFault::new("note", "Напишите, что изменено"));
    }
    match faults.is_empty() {
        true => Ok(parsed),
        false => Err(Error::Invalid(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(source: &str, note: &str) -> Typed {
        Typed {
            source: source.to_owned(),
            letterhead: " Кому\r\nОт кого ".to_owned(),
            note: note.to_owned(),
        }
    }

    #[test]
    fn a_version_is_typed_with_its_note_and_lines_end_as_ours() {
        let parsed = parse(
            TemplateKind::Application,
            &typed("= A\r\nB\r\n", " Новая\nшапка "),
        );
        let parsed = parsed.unwrap();
        assert_eq!(parsed.source, "= A\nB\n");
        assert_eq!(parsed.letterhead, "Кому\nОт кого");
        assert_eq!(parsed.note, "Новая шапка");
        let parsed = parse(TemplateKind::Journal, &typed("= A", "нет")).unwrap();
        assert_eq!(parsed.letterhead, "", "a journal is addressed to nobody");
        let long = "я".repeat(SOURCE + 1);
        for wrong in [typed(" \n", "что"), typed("= A", " "), typed(&long, "что")] {
            assert!(matches!(
                parse(TemplateKind::Application, &wrong),
                Err(Error::Invalid(_))
            ));
        }
    }
}
