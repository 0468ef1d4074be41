//! The papers of the corpus, printed as the worker prints them.

use chrono::NaiveDate;
use documents::{
    Applicant, ApplicationForm, AttestationForm, ConclusionForm, GenitiveName, ListCode,
    ListColumn, ListForm, Marked, Procedure, Service, WithdrawalForm,
};
use domain::{
    paper::{Document, ShortId, schedule_edition, verdict::Expected},
    template::TemplateKind,
};
use uuid::Uuid;

/// The edition in force of every paper but the schedule.
const EDITION: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Paper {
    /// Of one page.
    Application,
    /// Of two pages, signed on the second.
    Long,
    /// The same before it was formed anew.
    Old,
    /// Somebody else's.
    Other,
    Withdrawal,
    /// Of one page with three signatures.
    Conclusion,
    /// Of two pages.
    LongConclusion,
    /// Of two landscape pages.
    Schedule,
    /// Printed before its last change.
    OldSchedule,
}

impl Paper {
    pub(super) const ALL: [Self; 9] = [
        Self::Application,
        Self::Long,
        Self::Old,
        Self::Other,
        Self::Withdrawal,
        Self::Conclusion,
        Self::LongConclusion,
        Self::Schedule,
        Self::OldSchedule,
    ];

    pub(super) const fn document(self) -> Document {
        match self {
            Self::Application | Self::Long | Self::Old | Self::Other => Document::Application,
            Self::Withdrawal => Document::Withdrawal,
            Self::Conclusion | Self::LongConclusion => Document::Conclusion,
            Self::Schedule | Self::OldSchedule => Document::Schedule,
        }
    }

    fn id(self) -> ShortId {
        match self {
            Self::Schedule | Self::OldSchedule => ShortId::of_schedule(12, 5),
            Self::Other => ShortId::of(Uuid::from_u128(0x51ed_270b_7a53_4c59)),
            _ => ShortId::of(Uuid::from_u128(0x9f3a_66d1_02c4_8e1d)),
        }
    }

    /// What its scan is to be, all of its signatures due.
    pub(super) fn expected(self) -> Expected {
        Expected {
            document: self.document(),
            id: self.id(),
            edition: match self.document() {
                Document::Schedule => schedule_edition(day(3)),
                _ => EDITION,
            },
            formed_on: Some(day(3)),
            due: (0..).take(self.document().signers().len()).collect(),
        }
    }

    pub(super) fn pdf(self) -> Vec<u8> {
        let version = if self == Self::Old {
            EDITION - 1
        } else {
            EDITION
        };
        match self {
            Self::Application | Self::Other => {
                documents::application(&self.application(1, version))
            }
            Self::Long | Self::Old => documents::application(&self.application(9, version)),
            Self::Withdrawal => documents::withdrawal(&self.withdrawal()),
            Self::Conclusion => documents::conclusion(&self.conclusion(3)),
            Self::LongConclusion => documents::conclusion(&self.conclusion(11)),
            Self::Schedule => documents::list(TemplateKind::Schedule, &self.schedule(day(4))),
            Self::OldSchedule => documents::list(TemplateKind::Schedule, &self.schedule(day(2))),
        }
        .and_then(|paper| paper.print())
        .unwrap()
        .pdf
    }

    fn application(self, results: usize, version: u32) -> ApplicationForm {
        ApplicationForm {
            issuer_lines: vec![
                "В аттестационную комиссию".into(),
                "Департамента общего образования".into(),
                "Томской области".into(),
            ],
            applicant: applicant(),
            year: 2026,
            category_phrase: "на первую квалификационную категорию".into(),
            held: None,
            attestation_form: AttestationForm::InPerson,
            procedure: Procedure::General,
            presence: false,
            education: None,
            age: 41,
            service: Service {
                total: 21,
                pedagogical: 20,
                post: 12,
            },
            results: vec![
                    "достижения обучающихся на олимпиадах и конкурсах (диплом, грамота, протокол)"
                        .into();
                    results
                ],
            date: day(3),
            phone: "+7 913 000-00-00".into(),
            email: "koroleva@example.ru".into(),
            code: self.id(),
            version,
        }
    }

    fn withdrawal(self) -> WithdrawalForm {
        WithdrawalForm {
            issuer_lines: vec!["В аттестационную комиссию".into(), "Томской области".into()],
            applicant: applicant(),
            coordinator: None,
            category_phrase: "на первую квалификационную категорию".into(),
            registration: None,
            reason: Some("переездом в другой регион".into()),
            date: day(3),
            code: self.id(),
            version: EDITION,
        }
    }

    fn conclusion(self, marks: usize) -> ConclusionForm {
        let marked = Marked {
            criterion: "личный вклад в повышение качества образования, совершенствование методов \
                        обучения и воспитания"
                .into(),
            mark: "подтверждён".into(),
            words: "три доклада на семинарах муниципального уровня".into(),
        };
        ConclusionForm {
            teacher: "Королёва Алёна Игоревна".into(),
            position: "учитель".into(),
            subject: Some("химия".into()),
            organisation: "МАОУ СОШ № 5".into(),
            municipality: "Город Томск".into(),
            category: "первая квалификационная категория".into(),
            period: "октябрь-ноябрь 2026".into(),
            marks: vec![marked; marks],
            verdict: "соответствует".into(),
            recommendations: Some("Обобщить опыт работы".into()),
            experts: [
                Some("Петрова Анна Львовна, методист".into()),
                Some("Сидоров Пётр Ильич, учитель".into()),
            ],
            date: day(3),
            code: self.id(),
            version: EDITION,
        }
    }

    fn schedule(self, made: NaiveDate) -> ListForm {
        const COLUMNS: &[ListColumn] = &[
            ListColumn::new("№ п/п", 10),
            ListColumn::new("ФИО", 87),
            ListColumn::new("Имеющаяся категория", 80),
            ListColumn::new("Специалист 1", 100),
        ];
        let line = |number: usize| {
            [
                &number.to_string(),
                "Королёва Алёна Игоревна",
                "первая",
                "Петрова Анна Львовна, методист",
            ]
            .map(str::to_owned)
            .into()
        };
        ListForm {
            title: "График аттестации".into(),
            about: "Город Томск, аттестационный период: октябрь-ноябрь 2026".into(),
            made,
            columns: COLUMNS,
            lines: (1..=45).map(line).collect(),
            signed_by: &["Муниципальный координатор"],
            code: Some(ListCode {
                id: self.id(),
                edition: schedule_edition(made),
            }),
        }
    }
}

fn applicant() -> Applicant {
    Applicant {
        name: GenitiveName {
            surname: "Королёвой".into(),
            name: "Алёны".into(),
            patronymic: Some("Игоревны".into()),
        },
        position: "учитель".into(),
        subject: Some("химия".into()),
        organisation: "МАОУ СОШ № 5".into(),
        municipality: "Город Томск".into(),
    }
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}
