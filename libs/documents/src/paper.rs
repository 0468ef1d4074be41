//! A paper ready to be printed: what it says, its code and its imprint, whatever template says how
//! it looks. Plain data, so that it can be printed in another process: a template somebody typed is
//! a stranger's program.

use chrono::NaiveDate;
use domain::paper::{Document, ShortId};
use domain::template::TemplateKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::coding::Coding;
use crate::press::{self, Bounds, Imprint, Printed, Template};

macro_rules! template {
    ($file:literal) => {
        Template {
            path: $file,
            text: include_str!(concat!("../templates/", $file)),
        }
    };
}

/// The template a kind of paper is built with.
const fn built_in(kind: TemplateKind) -> Template {
    match kind {
        TemplateKind::Application => template!("application.typ"),
        TemplateKind::Withdrawal => template!("withdrawal.typ"),
        TemplateKind::Conclusion => template!("conclusion.typ"),
        TemplateKind::Schedule | TemplateKind::Handover => template!("list.typ"),
        TemplateKind::Journal => template!("journal.typ"),
        TemplateKind::Annex => template!("annex.typ"),
        TemplateKind::Consent => template!("consent.typ"),
        TemplateKind::Destruction => template!("destruction.typ"),
    }
}

/// The source of the template a kind of paper is built with.
#[must_use]
pub fn source(kind: TemplateKind) -> &'static str {
    built_in(kind).text
}

/// A paper ready to be printed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paper {
    kind: TemplateKind,
    data: Value,
    coding: Option<Coding>,
    imprint: Imprint,
}

impl Paper {
    pub(crate) fn plain(
        kind: TemplateKind,
        form: &impl Serialize,
        ident: String,
        date: NaiveDate,
    ) -> Result<Self, Error> {
        Ok(Self {
            kind,
            data: serde_json::to_value(form)?,
            coding: None,
            imprint: Imprint { ident, date },
        })
    }

    /// With the code of `id` in this edition on each page.
    pub(crate) fn coded(mut self, document: Document, id: ShortId, edition: u32) -> Self {
        self.coding = Some(Coding {
            document,
            id,
            edition,
        });
        self
    }

    /// Whose template it is printed by.
    #[must_use]
    pub const fn kind(&self) -> TemplateKind {
        self.kind
    }

    /// Prints it by the template it is built with.
    ///
    /// # Errors
    /// Only when this crate or its templates are at fault; see [`Error`].
    pub fn print(&self) -> Result<Printed, Error> {
        let bounds = match self.kind {
            TemplateKind::Journal => Bounds::LONG,
            _ => Bounds::PAPER,
        };
        self.by(None, bounds)
    }

    /// Prints it by another template, as at most so many sheets. It reaches nothing but its data,
    /// yet may take all the time and memory there is: only in a process that is bounded.
    ///
    /// # Errors
    /// [`Error::Layout`] with what is wrong with the template: it does not compile with these data,
    /// is too long or has lost what a scan of it is read by.
    pub fn print_by(&self, source: &str, sheets: usize) -> Result<Printed, Error> {
        let bounds = Bounds {
            sheets,
            ..Bounds::LONG
        };
        self.by(Some(source), bounds)
    }

    fn by(&self, source: Option<&str>, bounds: Bounds) -> Result<Printed, Error> {
        let template = built_in(self.kind);
        press::print(
            &template,
            source,
            &self.data,
            self.coding,
            &self.imprint,
            bounds,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;
    use crate::samples::sample;

    /// What a template is told when it is changed so.
    fn refused(kind: TemplateKind, change: impl Fn(&str) -> String) -> Vec<Fault> {
        match sample(kind, &[])
            .unwrap()
            .print_by(&change(source(kind)), 20)
        {
            Err(Error::Layout(faults)) => faults.0,
            other => panic!("{:?}", other.map(|printed| printed.sheets)),
        }
    }

    #[test]
    fn every_kind_prints_its_sample_by_its_own_source_as_without_one() {
        for kind in TemplateKind::ALL {
            let sample = sample(kind, &[]).unwrap();
            assert_eq!(sample.kind(), kind);
            let printed = sample.print().unwrap();
            assert_eq!(printed, sample.print_by(source(kind), 20).unwrap());
            assert_eq!(sample.coding.is_some(), kind.document().is_some());
            // What another process prints is the same.
            let sent = serde_json::to_string(&sample).unwrap();
            let received: Paper = serde_json::from_str(&sent).unwrap();
            assert_eq!(printed, received.print().unwrap());
        }
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        let faults = refused(TemplateKind::Consent, |source| {
            format!("{source}#unknown-thing")
        });
        let line = source(TemplateKind::Consent).lines().count() + 1;
        assert_eq!(
            faults[0].to_string(),
            format!("Строка {line}: неизвестное имя: unknown-thing")
        );
    }

    #[test]
    fn a_template_that_lost_a_signature_line_is_refused() {
        let faults = refused(TemplateKind::Conclusion, |source| {
            source.replace("#signed-by(1,", "#let _ = (1,")
        });
        assert!(faults[0].words.contains("«специалист 2»"), "{faults:?}");
        let faults = refused(TemplateKind::Application, |source| {
            source.replace("#signed(form.date)", "#form.date #signature-line(0)")
        });
        assert!(faults[0].words.contains("130 мм"), "{faults:?}");
    }

    #[test]
    fn a_template_of_too_many_sheets_is_refused() {
        let faults = refused(TemplateKind::Annex, |source| {
            format!("{source}\n#for _ in range(30) {{ pagebreak() }}")
        });
        assert_eq!(faults[0].words, "Листов больше 20");
    }
}
